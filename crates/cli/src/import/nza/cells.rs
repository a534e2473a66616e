//! The cells of a row that say what is offered, where, to whom, and of which day the row is.

use proto::capacity::v1::{CareType, Circuit, ProviderKind};

use super::dates::{self, Missing};
use super::place;
use super::row::What;
use super::stated;
use super::text::{self, folded, single_spaced};
use crate::import::columns::Row;
use crate::import::day::Day;
use crate::import::refusal::{Wrong, reason};

const LONGEST_NAME: usize = 200;

/// Of which days a row is.
pub(super) struct Dates {
    pub(super) published: Option<Day>,
    pub(super) collected: Option<Day>,
    pub(super) observed: Option<Day>,
    pub(super) codes: Vec<String>,
}

/// A row, and everything for which it cannot be used.
pub(super) struct Wrongs<'r, 'a> {
    pub(super) row: &'r Row<'a>,
    pub(super) found: Vec<Wrong>,
}

impl<'r, 'a> Wrongs<'r, 'a> {
    pub(super) fn new(row: &'r Row<'a>) -> Self {
        Self {
            row,
            found: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, column: &str, reason: &str) {
        self.found
            .push(Wrong::new(column, self.row.get(column), reason));
    }

    pub(super) fn what(&mut self) -> What {
        let kind = self.kind();
        let provider = self.row.get("provider_id");
        if !(1..=8).contains(&provider.len()) || !provider.bytes().all(|byte| byte.is_ascii_digit())
        {
            self.add("provider_id", reason::PROVIDER_UNKNOWN);
        }
        let places = [self.row.get("place"), self.row.get("location")]
            .map(|place| stated(place).unwrap_or_default());
        let code = stated(self.row.get("municipality_code"));
        let municipality = place::municipality(code, places).unwrap_or_else(|| {
            let value = [self.row.get("municipality_code"), places[0]].join(" ");
            self.found.push(Wrong::new(
                "municipality_code",
                value.trim(),
                reason::MUNICIPALITY_UNKNOWN,
            ));
            ""
        });
        let [place, location] = places;
        // A natural person: nothing by which the practice could be recognised.
        let independent = kind == ProviderKind::IndependentPractice;
        let shown = |text: &str| {
            if independent {
                String::new()
            } else {
                single_spaced(text)
            }
        };
        for column in ["provider_name", "location", "diagnosis_group_literal"] {
            if self.row.get(column).chars().count() > LONGEST_NAME {
                self.add(column, reason::TOO_LONG);
            }
        }
        What {
            provider_id: format!("nza:{provider}"),
            provider_kind: kind.into(),
            provider_name: shown(stated(self.row.get("provider_name")).unwrap_or_default()),
            location: shown(if location.is_empty() { place } else { location }),
            municipality: municipality.to_owned(),
            circuit: self.circuit().into(),
            care_type: self.care_type().into(),
            literal: single_spaced(
                stated(self.row.get("diagnosis_group_literal")).unwrap_or_default(),
            ),
        }
    }

    fn kind(&mut self) -> ProviderKind {
        let value = folded(self.row.get("provider_kind"));
        match value.as_str() {
            "instelling" | "instellingen" => ProviderKind::Institution,
            "puk/paaz" | "paaz/puk" | "puk" | "paaz" => ProviderKind::HospitalDepartment,
            _ if value.starts_with("vrijgevestigd") => ProviderKind::IndependentPractice,
            _ => {
                self.add("provider_kind", reason::PROVIDER_KIND_UNKNOWN);
                ProviderKind::Unspecified
            }
        }
    }

    fn circuit(&mut self) -> Circuit {
        let value = self.row.get("circuit");
        match folded(value).as_str() {
            "jeugd" | "kinderen en jeugd" | "kind en jeugd" => Circuit::Youth,
            "adolescenten" => Circuit::Adolescents,
            "volwassenen" => Circuit::Adults,
            "ouderen" => Circuit::Elderly,
            "verslavingszorg" | "verslaving" => Circuit::Addiction,
            "forensisch" | "forensische zorg" => Circuit::Forensic,
            _ => {
                if stated(value).is_some() {
                    self.add("circuit", reason::CIRCUIT_UNKNOWN);
                }
                Circuit::Unspecified
            }
        }
    }

    fn care_type(&mut self) -> CareType {
        match folded(self.row.get("care_type")).as_str() {
            "bggz" | "basis ggz" | "basis-ggz" => CareType::Basic,
            "sggz" | "gespecialiseerde ggz" | "specialistische ggz" => CareType::Specialised,
            "combi" | "combinatie" => CareType::Combined,
            _ => {
                self.add("care_type", reason::CARE_TYPE_UNKNOWN);
                CareType::Unspecified
            }
        }
    }

    pub(super) fn group(&mut self) -> String {
        let value = single_spaced(self.row.get("main_diagnosis_group"));
        match reference::old_diagnosis_group(&value) {
            Some(group) => group.name.to_owned(),
            None => {
                if stated(&value).is_some() {
                    self.add("main_diagnosis_group", reason::DIAGNOSIS_GROUP_UNKNOWN);
                }
                String::new()
            }
        }
    }

    /// What was published after it was read was misdated: it stood there when it was read.
    pub(super) fn dates(&mut self, today: Day) -> Dates {
        let published = self.date("published_on", today);
        let collected = self.date("collected_on", today);
        let misdated = published
            .zip(collected)
            .is_some_and(|(published, collected)| published > collected);
        let observed = if misdated {
            collected
        } else {
            published.or(collected)
        };
        let codes = match (published, misdated) {
            (Some(_), false) => None,
            (Some(_), true) => Some("published-after-read"),
            (None, _) => Some("publication-date-unknown"),
        };
        Dates {
            published: published.filter(|_| !misdated),
            collected,
            observed,
            codes: codes.map(str::to_owned).into_iter().collect(),
        }
    }

    fn date(&mut self, column: &str, today: Day) -> Option<Day> {
        let value = stated(self.row.get(column))?;
        // "2018-02-15 00:00:00"
        let date = value
            .strip_suffix("00:00:00")
            .map_or(value, |date| date.trim_end_matches([' ', 'T']));
        let tokens = text::tokens(date);
        let day = dates::read(&tokens, None, Missing::Next)
            .filter(|(named, length)| {
                !named.vague && *length == tokens.len() && named.days.first == named.days.last
            })
            .map(|(named, _)| named.days.first)
            .filter(|day| Some(*day) >= Day::new(2000, 1, 1));
        match day {
            None => self.add(column, reason::DATE_UNREADABLE),
            Some(day) if day > today => self.add(column, reason::DATE_IN_THE_FUTURE),
            Some(_) => {}
        }
        day
    }
}

//! Requests as nobody in their senses sends them: good parts and bad ones, drawn by chance.

use proto::waitlist::v1::declaration::End;
use proto::waitlist::v1::record_step_request::Step;

use super::*;

/// What requests are made of: chances that proptest drew, and can take back.
pub(super) struct Drawn<'a>(pub(super) std::slice::Iter<'a, u8>);

impl Drawn<'_> {
    pub(super) fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or_default()
    }

    pub(super) fn of(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    pub(super) fn yes(&mut self) -> bool {
        self.of(4) > 0
    }

    pub(super) fn text(&mut self) -> String {
        let secret = p1(1, "2026a");
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let texts = [
            id(1),
            id(2),
            "2026-11-09".into(),
            "2026-11".into(),
            "agb:06000001".into(),
            "specialised".into(),
            "25-44".into(),
            "GM0114".into(),
            "04".into(),
            "regular".into(),
            "2026a".into(),
            KEY.into(),
            self_made(&secret),
            hex.clone(),
            hex[..32].to_owned(),
            "123456782".into(),
            "\u{0}\n\u{1b}[2J💥".into(),
            "9999-12-31".into(),
            "-0001-01-01".into(),
            "x".repeat(300),
            "0197a3b2-0000-7000-8000-000000000001".into(),
            String::new(),
        ];
        texts[self.of(texts.len())].clone()
    }

    pub(super) fn texts(&mut self) -> Vec<String> {
        let count = [0, 0, 0, 0, 1, 2, 20][self.of(7)];
        (0..count).map(|_| self.text()).collect()
    }

    pub(super) fn number(&mut self) -> i32 {
        [0, 1, 2, 3, 6, 7, 99, -1, i32::MAX, i32::MIN][self.of(10)]
    }

    pub(super) fn numbers(&mut self) -> Vec<i32> {
        (0..self.of(6)).map(|_| self.number()).collect()
    }

    pub(super) fn context(&mut self, region: &Region) -> Option<v1::CommandContext> {
        let mut context = region.context()?;
        if !self.yes() {
            context.command_id = self.text();
        }
        context.repeat = !self.yes();
        context.at_least = if self.yes() { Vec::new() } else { self.texts() };
        self.yes().then_some(context)
    }

    pub(super) fn person(&mut self) -> Option<v1::Person> {
        let stage = |drawn: &mut Self| {
            let mut p1 = p1(1 + drawn.of(3) as u32, "2026a");
            p1.truncate([64, 64, 64, 63, 0][drawn.of(5)]);
            v1::FirstStage {
                epoch: if drawn.yes() {
                    "2026a".into()
                } else {
                    drawn.text()
                },
                p1,
            }
        };
        let count = [1, 1, 1, 0, 2, 3][self.of(6)];
        let person = v1::Person {
            first_stages: (0..count).map(|_| stage(self)).collect(),
            without_number: !self.yes(),
        };
        self.yes().then_some(person)
    }

    pub(super) fn grant(&mut self, region: &Region) -> Option<GrantReceipt> {
        let mut grant = region.grant(ONE, self.byte().into())?;
        match self.of(5) {
            0 => return None,
            1 => grant.day = self.text(),
            2 => grant.key_id = self.text(),
            3 => grant.signature.truncate(self.of(64)),
            _ => {}
        }
        Some(grant)
    }

    pub(super) fn profile(&mut self) -> Option<v1::Profile> {
        let good = profile();
        let mut or = |good: String| if self.yes() { good } else { self.text() };
        let profile = v1::Profile {
            age_band: or(good.age_band),
            municipality_code: or(good.municipality_code),
            gp_practice: or(good.gp_practice),
            diagnosis_group: or(good.diagnosis_group),
            preferred: false,
        };
        self.yes().then_some(profile)
    }

    pub(super) fn registration(&mut self) -> Option<v1::Registration> {
        let good = registration();
        let mut or = |good: String| if self.yes() { good } else { self.text() };
        let registration = v1::Registration {
            provider_id: or(good.provider_id),
            location_id: or(good.location_id),
            care_type: or(good.care_type),
            registered_on: or(good.registered_on),
            profile: None,
        };
        let profile = self.profile();
        self.yes().then_some(v1::Registration {
            profile,
            ..registration
        })
    }

    pub(super) fn withdrawn(&mut self) -> v1::Withdrawn {
        v1::Withdrawn {
            on: self.text(),
            by: self.number(),
            reason: self.number(),
        }
    }

    pub(super) fn ended(&mut self) -> v1::TreatmentEnded {
        v1::TreatmentEnded {
            ended_on: self.text(),
            outflow: self.number(),
        }
    }

    pub(super) fn step(&mut self, region: &Region) -> Option<Step> {
        let on = self.text();
        Some(match self.of(8) {
            0 => return None,
            1 => Step::StillWaits(v1::StillWaits {
                on,
                person: self.person(),
                profile: self.profile(),
                grant: self.grant(region),
            }),
            2 => Step::IntakePlanned(v1::IntakePlanned { planned_for: on }),
            3 => Step::IntakeHeld(v1::IntakeHeld { held_on: on }),
            4 => Step::TreatmentStarted(v1::TreatmentStarted { started_on: on }),
            5 => Step::Withdrawn(self.withdrawn()),
            6 => Step::TreatmentEnded(self.ended()),
            _ => Step::Returned(v1::Returned { returned_on: on }),
        })
    }

    pub(super) fn declarations(&mut self, region: &Region) -> v1::DeclareEntriesRequest {
        let one = |drawn: &mut Self| v1::Declaration {
            context: drawn.context(region),
            entry_id: drawn.text(),
            registration: drawn.registration(),
            person: drawn.person(),
            intake_planned_for: drawn.text(),
            intake_held_on: drawn.text(),
            treatment_started_on: drawn.text(),
            end: match drawn.of(4) {
                0 => Some(End::Withdrawn(drawn.withdrawn())),
                1 => Some(End::TreatmentEnded(drawn.ended())),
                _ => None,
            },
        };
        v1::DeclareEntriesRequest {
            declarations: (0..self.of(4)).map(|_| one(self)).collect(),
            grant: self.grant(region),
        }
    }
}

/// In the alphabet that position tokens are written in.
pub(super) fn self_made(secret: &[u8]) -> String {
    secret
        .iter()
        .map(|byte| char::from(b'A' + byte % 26))
        .collect()
}

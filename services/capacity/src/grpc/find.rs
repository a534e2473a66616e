//! Searches, and one offering with its history.

use std::time::Instant;

use chassis::status::refusal;
use chassis::{Slot, Violations};
use domain::Timestamp;
use domain::capacity::{Offering, OfferingId};
use prost::Message;
use proto::capacity::v1;
use tonic::{Code, Status};

use super::{Api, Folded, figures};
use crate::view::{CapacityView, Filter};
use crate::wire::{self, Asked, Beside, Wanted};

/// A page ends before it grows beyond this: clients take at most 4 MiB.
const MAX_PAGE_BYTES: usize = 2 << 20;
const MAX_MISSED_BYTES: usize = 1 << 20;

/// Returns an offering as it stands; one whose history cannot be read in full is unknown.
pub(super) fn row_of(
    view: &CapacityView,
    (id, slot): (&OfferingId, &Slot<Offering>),
    distance_km: Option<f64>,
    now: Timestamp,
) -> v1::OfferingRow {
    let beside = Beside {
        distance_km,
        confidence: view.confidence(&slot.state, now),
    };
    let row = wire::offering_row(id, &slot.state, beside, now);
    if slot.is_usable() {
        row
    } else {
        wire::disbelieved(row)
    }
}

impl Api {
    pub(super) async fn find(
        &self,
        mut request: v1::FindCapacityRequest,
    ) -> Result<v1::FindCapacityResponse, Status> {
        let at_least = std::mem::take(&mut request.at_least);
        let clock = &self.0.node.clock;
        let asked = wire::find(request, clock.now()).map_err(Violations::into_status)?;
        self.0.context.at_least(&at_least).await?;
        if let Some(moment) = asked.as_of {
            let past = self.0.context.as_of(moment).await?;
            return Ok(self.answer(&past, &asked, moment));
        }
        let started = Instant::now();
        let answer = self.answer(&self.0.context.read(), &asked, clock.now());
        figures::searched(started.elapsed());
        Ok(answer)
    }

    /// Searches a folded state, as it was to be judged at a moment.
    fn answer(&self, folded: &Folded, asked: &Asked, now: Timestamp) -> v1::FindCapacityResponse {
        let state_of = |stream: &eventlog::StreamId| folded.get(stream).map(|slot| &slot.state);
        let found = folded.view.find(&asked.filter, &asked.page, now, state_of);

        let mut rows = Vec::with_capacity(found.rows.len());
        let mut bytes = 0;
        let mut last = None;
        for number in &found.rows {
            let Some((row, slot)) = folded
                .view
                .row(*number)
                .and_then(|row| Some((row, folded.get(&row.stream)?)))
            else {
                continue;
            };
            let distance_km = folded.view.distance_km(*number, &asked.filter);
            let row = row_of(&folded.view, (&row.id, slot), distance_km, now);
            bytes += row.encoded_len();
            if bytes > MAX_PAGE_BYTES && !rows.is_empty() {
                break;
            }
            rows.push(row);
            last = Some(*number);
        }
        let has_more = found.has_more || rows.len() < found.rows.len();
        let mark = last.filter(|_| has_more).and_then(|last| {
            folded
                .view
                .mark(last, (&asked.filter, &asked.page.orders, now), state_of)
        });
        let practices = wire::practice_groups(&found.practices);
        let is_first_page = asked.page.after.is_none();
        v1::FindCapacityResponse {
            groups: if is_first_page {
                practices.groups
            } else {
                Vec::new()
            },
            groups_total: practices.groups_total,
            grouped_total: practices.grouped_total,
            rows,
            next_page_token: mark.map(|mark| asked.next_page(mark)).unwrap_or_default(),
            total: found.total,
            position: self.0.context.token(folded.position()),
            answered_at: Some(wire::timestamp(now)),
            available_total: found.available_total,
            unknown_count: found.unknown_count,
            completeness: asked
                .with_completeness
                .then(|| completeness(folded, &asked.filter, now)),
            missed: missed(folded, asked, now),
        }
    }

    pub(super) async fn get(
        &self,
        request: v1::GetOfferingRequest,
    ) -> Result<v1::GetOfferingResponse, Status> {
        let clock = &self.0.node.clock;
        let wanted = wire::get(&request, clock.now()).map_err(Violations::into_status)?;
        let context = &self.0.context;
        context.at_least(&request.at_least).await?;
        let (row, position) = match wanted.as_of {
            Some(moment) => {
                let past = context.as_of(moment).await?;
                (row(&past, &wanted, moment), past.position())
            }
            None => {
                let folded = context.read();
                (row(&folded, &wanted, clock.now()), folded.position())
            }
        };
        let Some(row) = row else {
            let message = match wanted.as_of {
                Some(_) => "no offering was published under this id at that moment",
                None => "no offering is published under this id",
            };
            return Err(refusal(Code::NotFound, "unknown-offering", message));
        };
        let mut history = Vec::new();
        if wanted.history_limit > 0 {
            let items = context.history(&wanted.stream).await?;
            // The store is ahead of the row: by a moment, or by all that came after the moment asked about.
            let known = items.iter().rev().filter(|item| item.position <= position);
            history.extend(
                known
                    .take(wanted.history_limit)
                    .map(|item| wire::history_entry(item, context.token(item.position))),
            );
        }
        Ok(v1::GetOfferingResponse {
            row: Some(row),
            history,
            position: context.token(position),
        })
    }
}

/// The offering as it stands in a folded state; none before it is published.
fn row(folded: &Folded, wanted: &Wanted, now: Timestamp) -> Option<v1::OfferingRow> {
    let slot = folded.get(&wanted.stream)?;
    let is_known = slot.state.details.is_some() || !slot.is_usable();
    is_known.then(|| row_of(&folded.view, (&wanted.id, slot), None, now))
}

/// Says which providers that should have reported have done so.
pub(super) fn completeness(folded: &Folded, filter: &Filter, now: Timestamp) -> v1::Completeness {
    let view = &folded.view;
    let state_of = |stream: &eventlog::StreamId| folded.get(stream).map(|slot| &slot.state);
    let found = view.completeness(filter, now, state_of);
    wire::completeness(&found, |number| {
        state_of(&view.row(number)?.stream)?.details.as_ref()
    })
}

/// Names what was just missed, as far as it is asked for and an answer has room.
fn missed(folded: &Folded, asked: &Asked, now: Timestamp) -> Vec<v1::MissedOffering> {
    if asked.explain_missed == 0 {
        return Vec::new();
    }
    let view = &folded.view;
    let state_of = |stream: &eventlog::StreamId| folded.get(stream).map(|slot| &slot.state);
    let mut bytes = 0;
    view.missed(&asked.filter, asked.explain_missed, now, state_of)
        .into_iter()
        .filter_map(|missed| {
            let row = view.row(missed.number)?;
            let slot = folded.get(&row.stream)?;
            let distance_km = view.distance_km(missed.number, &asked.filter);
            Some(v1::MissedOffering {
                row: Some(row_of(view, (&row.id, slot), distance_km, now)),
                filter: missed.miss.filter.to_owned(),
                would_fit_at: missed.miss.would_fit_at,
            })
        })
        .take_while(|missed| {
            bytes += missed.encoded_len();
            bytes <= MAX_MISSED_BYTES
        })
        .collect()
}

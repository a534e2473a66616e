//! Searches, and one offering with its history.

use std::time::Instant;

use chassis::Violations;
use chassis::status::refusal;
use domain::Timestamp;
use prost::Message;
use proto::capacity::v1;
use tonic::{Code, Status};

use super::{Api, figures};
use crate::wire::{self, Asked, Beside};

/// A page ends before it grows beyond this: clients take at most 4 MiB.
const MAX_PAGE_BYTES: usize = 2 << 20;

impl Api {
    pub(super) async fn find(
        &self,
        mut request: v1::FindCapacityRequest,
    ) -> Result<v1::FindCapacityResponse, Status> {
        let at_least = std::mem::take(&mut request.at_least);
        let asked = wire::find(request).map_err(Violations::into_status)?;
        self.0.context.at_least(&at_least).await?;
        let started = Instant::now();
        let answer = self.answer(&asked, self.0.node.clock.now());
        figures::searched(started.elapsed());
        Ok(answer)
    }

    /// Searches what is folded now.
    fn answer(&self, asked: &Asked, now: Timestamp) -> v1::FindCapacityResponse {
        let folded = self.0.context.read();
        let state_of = |stream: &eventlog::StreamId| folded.get(stream).map(|slot| &slot.state);
        let found = folded.view.find(&asked.filter, &asked.page, now, state_of);

        let mut rows = Vec::with_capacity(found.rows.len());
        let mut bytes = 0;
        let mut last = None;
        for number in &found.rows {
            let Some((row, state)) = folded
                .view
                .row(*number)
                .and_then(|row| Some((row, state_of(&row.stream)?)))
            else {
                continue;
            };
            let beside = Beside {
                distance_km: folded.view.distance_km(*number, &asked.filter),
                confidence: folded.view.confidence(state, now),
            };
            let row = wire::offering_row(&row.id, state, beside, now);
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
        let position = folded.position();
        drop(folded);
        v1::FindCapacityResponse {
            rows,
            next_page_token: mark.map(|mark| asked.next_page(mark)).unwrap_or_default(),
            total: found.total,
            position: self.0.context.token(position),
            answered_at: Some(wire::timestamp(now)),
            available_total: found.available_total,
            unknown_count: found.unknown_count,
        }
    }

    pub(super) async fn get(
        &self,
        request: v1::GetOfferingRequest,
    ) -> Result<v1::GetOfferingResponse, Status> {
        let (id, stream, limit) = wire::get(&request).map_err(Violations::into_status)?;
        let context = &self.0.context;
        context.at_least(&request.at_least).await?;
        let now = self.0.node.clock.now();
        let (row, position) = {
            let folded = context.read();
            let slot = folded
                .get(&stream)
                .filter(|slot| slot.state.details.is_some());
            let row = slot.map(|slot| {
                let beside = Beside {
                    confidence: folded.view.confidence(&slot.state, now),
                    ..Beside::default()
                };
                wire::offering_row(&id, &slot.state, beside, now)
            });
            (row, folded.position())
        };
        let Some(row) = row else {
            let message = "no offering is published under this id";
            return Err(refusal(Code::NotFound, "unknown-offering", message));
        };
        let mut history = Vec::new();
        if limit > 0 {
            let items = context.history(&stream).await?;
            // The store may be a moment ahead of the row.
            let known = items.iter().rev().filter(|item| item.position <= position);
            history.extend(
                known
                    .take(limit)
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

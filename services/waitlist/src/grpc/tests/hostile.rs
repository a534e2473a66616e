//! Whatever is sent, there is an answer; and no answer that refuses says who anybody is.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use proptest::prelude::*;
use proto::waitlist::v1::request_erasure_request::Subject;

use super::drawn::{Drawn, self_made};
use super::*;

/// Asks one thing of a world; what it refuses goes to the refusals.
macro_rules! send {
    ($world:ident, $refusals:ident: $call:ident, $caller:expr, $request:expr) => {
        let request = $request;
        $refusals.extend($world.$call($caller, request).await.err());
    };
}

impl World {
    async fn steps(&self, drawn: &mut Drawn<'_>) -> Vec<Status> {
        let (region, mut refusals) = (&*self.region, Vec::new());
        let register = v1::RegisterEntryRequest {
            context: drawn.context(region),
            entry_id: drawn.text(),
            registration: drawn.registration(),
            person: drawn.person(),
            grant: drawn.grant(region),
        };
        let step = v1::RecordStepRequest {
            context: drawn.context(region),
            entry_id: drawn.text(),
            step: drawn.step(region),
        };
        let request_screening = v1::RequestScreeningRequest {
            context: drawn.context(region),
            entry_id: drawn.text(),
        };
        let approve_screening = v1::ApproveScreeningRequest {
            context: drawn.context(region),
            entry_id: drawn.text(),
            content: vec![1; drawn.of(40)],
        };
        let set_priority = v1::SetPriorityRequest {
            context: drawn.context(region),
            entry_id: drawn.text(),
            category: drawn.text(),
            reason: drawn.number(),
        };
        send!(self, refusals: register_entry, ONE, register);
        send!(self, refusals: record_step, ONE, step);
        send!(self, refusals: request_screening, ONE, request_screening);
        send!(self, refusals: approve_screening, TEAM, approve_screening);
        send!(self, refusals: set_priority, TEAM, set_priority);
        let messages = vec![drawn.declarations(region), drawn.declarations(region)];
        match self.declare(ONE, messages).await {
            Ok(answers) => refusals.extend(answers.into_iter().filter_map(refused)),
            Err(status) => refusals.push(status),
        }
        refusals
    }

    async fn questions(&self, drawn: &mut Drawn<'_>) -> Vec<Status> {
        let mut refusals = Vec::new();
        let list = v1::ListEntriesRequest {
            phases: drawn.numbers(),
            stale_only: drawn.yes(),
            late_only: drawn.yes(),
            page_size: drawn.number().unsigned_abs(),
            page_token: drawn.text(),
            at_least: drawn.texts(),
        };
        let get = v1::GetEntryRequest {
            entry_id: drawn.text(),
            at_least: drawn.texts(),
        };
        let of_person = v1::GetPersonRequest {
            person: drawn.person(),
            at_least: drawn.texts(),
        };
        let count = v1::CountWaitingRequest {
            by: drawn.numbers(),
            on: drawn.text(),
            at_least: drawn.texts(),
        };
        let flows = v1::CountFlowsRequest {
            from_month: drawn.text(),
            to_month: drawn.text(),
            at_least: drawn.texts(),
        };
        let monthly_return = v1::GetMonthlyReturnRequest {
            month: drawn.text(),
            at_least: drawn.texts(),
        };
        let table = v1::GetProtectedTableRequest {
            rows: drawn.number(),
            at_least: drawn.texts(),
        };
        send!(self, refusals: list_entries, ONE, list);
        send!(self, refusals: get_entry, ONE, get);
        send!(self, refusals: get_person, PRACTICE, of_person);
        send!(self, refusals: count_waiting, TEAM, count);
        send!(self, refusals: count_flows, TEAM, flows);
        send!(self, refusals: get_monthly_return, ONE, monthly_return);
        send!(self, refusals: get_protected_table, INSURER, table);
        refusals
    }

    async fn erasures(&self, drawn: &mut Drawn<'_>) -> Vec<Status> {
        let (region, mut refusals) = (&*self.region, Vec::new());
        let entry_ids = drawn.texts();
        let ask = v1::RequestErasureRequest {
            context: drawn.context(region),
            subject: match drawn.of(3) {
                0 => None,
                1 => drawn.person().map(Subject::Person),
                _ => Some(Subject::Entries(v1::EntryIds { entry_ids })),
            },
            ground: drawn.number(),
        };
        let approve = v1::ApproveErasureRequest {
            context: drawn.context(region),
            erasure_id: drawn.text(),
        };
        let revoke = v1::RevokeErasureRequest {
            context: drawn.context(region),
            erasure_id: drawn.text(),
        };
        send!(self, refusals: request_erasure, OFFICER, ask);
        send!(self, refusals: approve_erasure, ONE, approve);
        send!(self, refusals: revoke_erasure, ONE, revoke);
        refusals
    }

    /// Every call once, with what was drawn; the refusals.
    async fn all_calls(&self, drawn: &mut Drawn<'_>) -> Vec<Status> {
        let mut refusals = self.steps(drawn).await;
        refusals.extend(self.questions(drawn).await);
        refusals.extend(self.erasures(drawn).await);
        refusals
    }
}

/// What is said in an acknowledgement that is none; ids in it are as the caller sent them.
fn refused(answer: v1::Acknowledgement) -> Option<Status> {
    let v1::acknowledgement::Result::Failure(failure) = answer.result? else {
        return None;
    };
    let wrong = failure
        .violations
        .iter()
        .map(|wrong| format!("{}: {}", wrong.field, wrong.description));
    let said: Vec<String> = wrong
        .chain([failure.message.clone(), failure.reason.clone()])
        .collect();
    Some(Status::new(
        tonic::Code::from(failure.code),
        said.join("; "),
    ))
}

#[test]
fn threat_14_whatever_is_sent_there_is_an_answer_and_no_refusal_says_who_anybody_is() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(async {
        let world = World::start().await;
        world.register(ONE, 1, person(1)).await;
        world
    });
    let secrets: Vec<Vec<u8>> = (1..=3)
        .flat_map(|number| {
            let raw = p1(number, "2026a");
            let hex: String = raw[..6].iter().map(|byte| format!("{byte:02x}")).collect();
            let keys = gateway().keys(&person(number).first_stages[0]).unwrap();
            [
                raw[..8].to_vec(),
                hex.into_bytes(),
                self_made(&raw).into_bytes()[..12].to_vec(),
                keys.region.as_bytes()[..8].to_vec(),
            ]
        })
        .collect();
    let refusals = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(150), |(chances in prop::collection::vec(any::<u8>(), 100..400))| {
        let mut drawn = Drawn(chances.iter());
        let answers = runtime.block_on(AssertUnwindSafe(world.all_calls(&mut drawn)).catch_unwind());
        let Ok(answers) = answers else {
            return Err(TestCaseError::fail("a call panicked"));
        };
        refusals.set(refusals.get() + answers.len());
        for status in answers {
            let said = [status.message().as_bytes(), status.details()].concat();
            for secret in &secrets {
                prop_assert!(!holds(&said, secret), "{status:?}");
            }
            let is_ours = !matches!(status.code(), tonic::Code::Internal | tonic::Code::Unknown | tonic::Code::DataLoss);
            prop_assert!(is_ours, "{status:?}");
        }
    });
    assert!(
        refusals.get() > 500,
        "only {refusals:?} were refused: nothing hostile was sent"
    );
}

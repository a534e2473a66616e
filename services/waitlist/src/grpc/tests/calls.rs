//! One ordinary request of every call, about entry 1 of the first provider.

use proto::waitlist::v1::record_step_request::Step;
use proto::waitlist::v1::request_erasure_request::Subject;

use super::*;

impl World {
    /// Asks by the name of the call. The erasure is what `ApproveErasure` agrees to, and `RevokeErasure` takes back.
    pub(super) async fn ask(
        &self,
        method: &str,
        caller: &str,
        erasure: &str,
    ) -> Result<(), Status> {
        let (context, entry_id) = (self.region.context(), id(1));
        match method {
            "RegisterEntry" => {
                let request = self.region.register(ONE, 2, person(2));
                self.register_entry(caller, request).await.map(drop)
            }
            "RecordStep" => self.step(caller, 1, still_waits("")).await.map(drop),
            "DeclareEntries" => {
                let message = v1::DeclareEntriesRequest {
                    declarations: vec![self.declaration(1, None)],
                    grant: None,
                };
                self.declare(caller, vec![message]).await.map(drop)
            }
            "RequestScreening" => {
                let request = v1::RequestScreeningRequest { context, entry_id };
                self.request_screening(caller, request).await.map(drop)
            }
            "ApproveScreening" => {
                let content = vec![1; 32];
                let request = v1::ApproveScreeningRequest {
                    context,
                    entry_id,
                    content,
                };
                self.approve_screening(caller, request).await.map(drop)
            }
            "SetPriority" => {
                let request = v1::SetPriorityRequest {
                    context,
                    entry_id,
                    category: "regular".into(),
                    reason: v1::PriorityReason::Screened.into(),
                };
                self.set_priority(caller, request).await.map(drop)
            }
            "RequestErasure" => {
                let request = v1::RequestErasureRequest {
                    context,
                    subject: Some(Subject::Person(person(1))),
                    ground: v1::ErasureGround::Objection.into(),
                };
                self.request_erasure(caller, request).await.map(drop)
            }
            "ApproveErasure" => {
                let request = v1::ApproveErasureRequest {
                    context,
                    erasure_id: erasure.to_owned(),
                };
                self.approve_erasure(caller, request).await.map(drop)
            }
            "RevokeErasure" => {
                let request = v1::RevokeErasureRequest {
                    context,
                    erasure_id: erasure.to_owned(),
                };
                self.revoke_erasure(caller, request).await.map(drop)
            }
            other => self.ask_to_read(other, caller).await,
        }
    }

    async fn ask_to_read(&self, method: &str, caller: &str) -> Result<(), Status> {
        match method {
            "ListEntries" => {
                let request = v1::ListEntriesRequest::default();
                self.list_entries(caller, request).await.map(drop)
            }
            "GetEntry" => {
                let request = v1::GetEntryRequest {
                    entry_id: id(1),
                    ..Default::default()
                };
                self.get_entry(caller, request).await.map(drop)
            }
            "GetPerson" => {
                let request = v1::GetPersonRequest {
                    person: Some(person(1)),
                    ..Default::default()
                };
                self.get_person(caller, request).await.map(drop)
            }
            "CountWaiting" => {
                let request = v1::CountWaitingRequest::default();
                self.count_waiting(caller, request).await.map(drop)
            }
            "CountFlows" => {
                let request = v1::CountFlowsRequest {
                    from_month: "2026-10".into(),
                    to_month: "2026-11".into(),
                    ..Default::default()
                };
                self.count_flows(caller, request).await.map(drop)
            }
            "GetMonthlyReturn" => {
                let request = v1::GetMonthlyReturnRequest {
                    month: "2026-11".into(),
                    ..Default::default()
                };
                self.get_monthly_return(caller, request).await.map(drop)
            }
            "GetProtectedTable" => {
                let request = v1::GetProtectedTableRequest {
                    rows: v1::ProtectedRows::Municipality.into(),
                    ..Default::default()
                };
                self.get_protected_table(caller, request).await.map(drop)
            }
            "GetKeyRotation" => {
                let request = key_rotation("2026a");
                self.get_key_rotation(caller, request).await.map(drop)
            }
            unknown => panic!("{unknown} is not asked here"),
        }
    }

    pub(super) fn declaration(&self, number: u32, person: Option<v1::Person>) -> v1::Declaration {
        v1::Declaration {
            context: self.region.context(),
            entry_id: id(number),
            registration: Some(registration()),
            person,
            ..Default::default()
        }
    }

    /// Somebody asks for the erasure of a person; the id to be approved.
    pub(super) async fn asked_to_erase(&self, caller: &str, who: v1::Person) -> String {
        let request = v1::RequestErasureRequest {
            context: self.region.context(),
            subject: Some(Subject::Person(who)),
            ground: v1::ErasureGround::ConsentWithdrawn.into(),
        };
        let answer = self.request_erasure(caller, request).await.unwrap();
        assert!(!answer.erased);
        answer.erasure_id
    }

    /// One entry, screened by one, and an erasure that waits for somebody who agrees, and is held then.
    pub(super) async fn in_use() -> (Self, String) {
        let world = Arc::new(Region::that_holds(72)).node("node-1").await;
        world.register(ONE, 1, person(1)).await;
        world.ask("RequestScreening", ONE, "").await.unwrap();
        let erasure = world.asked_to_erase(ONE, person(1)).await;
        (world, erasure)
    }
}

pub(super) fn step(step: &str) -> Step {
    let word = |on: &str| on.to_owned();
    match step.split_once(' ').unwrap() {
        ("planned", on) => Step::IntakePlanned(v1::IntakePlanned {
            planned_for: word(on),
        }),
        ("intake", on) => Step::IntakeHeld(v1::IntakeHeld { held_on: word(on) }),
        ("start", on) => Step::TreatmentStarted(v1::TreatmentStarted {
            started_on: word(on),
        }),
        ("ended", on) => Step::TreatmentEnded(v1::TreatmentEnded {
            ended_on: word(on),
            outflow: v1::Outflow::Gp.into(),
        }),
        ("returned", on) => Step::Returned(v1::Returned {
            returned_on: word(on),
        }),
        ("withdrawn", on) => Step::Withdrawn(withdrawn(on)),
        (unknown, _) => panic!("{unknown} is no step"),
    }
}

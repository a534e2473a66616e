//! The table. Who is not named in a row may never do it.

use super::{Action, Purpose, Role};

/// How far a role's permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everything.
    All,
    /// What is its own organisation's.
    Own,
    /// What is of its own region.
    Region,
}

/// A cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) reach: Reach,
    /// Takes effect with a second, different person of another organisation.
    pub(super) needs_second: bool,
}

/// Who may do something for a purpose.
pub(super) struct Row {
    pub(super) action: Action,
    pub(super) purpose: Purpose,
    pub(super) grants: &'static [(Role, Grant)],
}

const fn grant(reach: Reach, needs_second: bool) -> Grant {
    Grant {
        reach,
        needs_second,
    }
}

const ALL: Grant = grant(Reach::All, false);
const OWN: Grant = grant(Reach::Own, false);
const REGION: Grant = grant(Reach::Region, false);
const SECOND: Grant = grant(Reach::All, true);
const REGION_SECOND: Grant = grant(Reach::Region, true);

const fn row(action: Action, purpose: Purpose, grants: &'static [(Role, Grant)]) -> Row {
    Row {
        action,
        purpose,
        grants,
    }
}

/// Every allowed (role, action, purpose).
#[rustfmt::skip]
pub(super) const TABLE: &[Row] = {
    use Action as A;
    use Purpose as P;
    use Role::{
        Auditor, Insurer, KeyCustodian, Municipality, NationalDashboard, PrivacyOfficer, ProviderSystem, ReferrerGp,
        RegionOperator, ScreeningMember, Supervisor, Unnamed,
    };
    &[
        row(A::EvaluatePseudonym, P::Waitlist, &[(ProviderSystem, ALL)]),
        row(A::ReadPublicKeys, P::Waitlist, &[(ProviderSystem, ALL)]),
        row(A::ReadPublicKeys, P::Audit, &[(Auditor, ALL)]),
        row(A::ReadPublicKeys, P::Keyops, &[(KeyCustodian, ALL)]),

        row(A::PublishCapacity, P::Capacity, &[(ProviderSystem, OWN), (Municipality, OWN), (Unnamed, ALL)]),
        row(A::RelayCapacity, P::Capacity, &[(RegionOperator, REGION), (Unnamed, ALL)]),
        row(A::RecordRefusal, P::Capacity, &[
            (ProviderSystem, ALL), (Municipality, ALL), (ReferrerGp, ALL), (ScreeningMember, REGION), (Unnamed, ALL),
        ]),
        row(A::HoldPlace, P::Capacity, &[
            (ProviderSystem, OWN), (Municipality, OWN), (ScreeningMember, REGION), (Unnamed, ALL),
        ]),
        row(A::ReadRegionCapacity, P::Capacity, &[
            (ProviderSystem, ALL), (Municipality, ALL), (ReferrerGp, ALL), (ScreeningMember, ALL), (Insurer, ALL),
            (NationalDashboard, ALL), (Supervisor, ALL), (RegionOperator, REGION), (Unnamed, ALL),
        ]),

        row(A::PublishWaitingEntry, P::Waitlist, &[(ProviderSystem, OWN)]),
        row(A::ScreenEntry, P::Waitlist, &[(ScreeningMember, REGION_SECOND)]),
        row(A::ReadOwnEntries, P::Waitlist, &[(ProviderSystem, OWN), (ReferrerGp, OWN)]),
        row(A::ReadExactCounts, P::Count, &[(ProviderSystem, OWN), (ScreeningMember, REGION)]),

        row(A::PublishReferral, P::Referral, &[(ProviderSystem, OWN), (Municipality, OWN), (ReferrerGp, OWN)]),
        row(A::RequestAdvice, P::Advice, &[(ProviderSystem, OWN), (Municipality, OWN), (ReferrerGp, OWN)]),
        row(A::ApproveAdvice, P::Advice, &[(ScreeningMember, REGION_SECOND)]),
        row(A::ReadTransferInbox, P::Transfer, &[(ProviderSystem, OWN), (Municipality, OWN)]),

        row(A::ReadRegionAggregates, P::Count, &[
            (ProviderSystem, REGION), (Municipality, REGION), (ReferrerGp, REGION), (ScreeningMember, REGION),
            (Insurer, ALL), (NationalDashboard, ALL), (Supervisor, ALL), (RegionOperator, REGION),
        ]),
        row(A::ReadNationalAggregates, P::Count, &[
            (ProviderSystem, ALL), (Municipality, ALL), (ReferrerGp, ALL), (ScreeningMember, ALL), (Insurer, ALL),
            (NationalDashboard, ALL), (Supervisor, ALL), (Auditor, ALL), (PrivacyOfficer, ALL), (RegionOperator, ALL),
        ]),
        row(A::ReadEventMetadata, P::Audit, &[(Auditor, ALL), (RegionOperator, REGION)]),
        row(A::ReadEventMetadata, P::Supervision, &[(Supervisor, SECOND)]),
        row(A::ReadAccessLog, P::Audit, &[
            (ProviderSystem, OWN), (Municipality, OWN), (ReferrerGp, OWN), (Auditor, ALL), (PrivacyOfficer, ALL),
        ]),
        row(A::ReadAccessLog, P::Supervision, &[(Supervisor, SECOND)]),

        row(A::RequestErasure, P::Erasure, &[(ProviderSystem, OWN), (Municipality, OWN), (PrivacyOfficer, SECOND)]),
        row(A::ApproveErasure, P::Erasure, &[(ProviderSystem, OWN), (Municipality, OWN), (PrivacyOfficer, SECOND)]),
        row(A::RevokeErasure, P::Erasure, &[(ProviderSystem, OWN), (Municipality, OWN), (PrivacyOfficer, ALL)]),
        row(A::ManageParties, P::Keyops, &[(RegionOperator, REGION_SECOND)]),
        row(A::PublishTables, P::Count, &[(RegionOperator, REGION_SECOND)]),
        row(A::RotateKeys, P::Keyops, &[(KeyCustodian, SECOND)]),
        row(A::DestroyKey, P::Keyops, &[(KeyCustodian, SECOND)]),
    ]
};

impl Row {
    /// The cell of a role; none: never.
    pub(super) fn of(&self, role: Role) -> Option<Grant> {
        let mut grants = self.grants.iter();
        grants
            .find(|(named, _)| *named == role)
            .map(|(_, grant)| *grant)
    }
}

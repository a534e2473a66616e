use std::fmt;

/// Defines a closed list of words: what is written is what is stored, logged and said.
macro_rules! worded {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$each])* $variant,)+
        }

        impl $name {
            /// Every one there is, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its stable word.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Accepts the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.word())
            }
        }
    };
}

worded! {
    /// In what capacity somebody calls.
    Role {
        /// A provider's record system, or who works with it.
        ProviderSystem = "provider-system",
        /// A municipality: sheltered housing, guidance, day activities.
        Municipality = "municipality",
        /// A GP who refers.
        ReferrerGp = "referrer-gp",
        /// A member of a region's screening team.
        ScreeningMember = "screening-member",
        /// A health insurer.
        Insurer = "insurer",
        /// A national dashboard.
        NationalDashboard = "national-dashboard",
        /// A supervisor: IGJ or NZa.
        Supervisor = "supervisor",
        /// An auditor.
        Auditor = "auditor",
        /// A privacy officer.
        PrivacyOfficer = "privacy-officer",
        /// Who keeps a region's nodes.
        RegionOperator = "region-operator",
        /// Who keeps a share of the keys.
        KeyCustodian = "key-custodian",
        /// Nobody said who calls. Only until callers are identified, and never about persons.
        Unnamed = "unnamed",
    }
}

worded! {
    /// What somebody asks to do.
    Action {
        /// Has blinded identifiers evaluated.
        EvaluatePseudonym = "evaluate-pseudonym",
        /// Reads the public keys that evaluations are checked against.
        ReadPublicKeys = "read-public-keys",
        /// Says what an offering is, and how full.
        PublishCapacity = "publish-capacity",
        /// Passes on what others published about an offering, or what is invented; never what its provider declares.
        RelayCapacity = "relay-capacity",
        /// Says that somebody was refused by an offering.
        RecordRefusal = "record-refusal",
        /// Holds, extends, gives back or takes a place.
        HoldPlace = "hold-place",
        /// Searches and watches what a region offers.
        ReadRegionCapacity = "read-region-capacity",
        /// Registers and keeps a waiting person's entry, to its end.
        PublishWaitingEntry = "publish-waiting-entry",
        /// Screens an entry, as one of two.
        ScreenEntry = "screen-entry",
        /// Reads entries one by one.
        ReadOwnEntries = "read-own-entries",
        /// Reads counts of persons as they are, also small ones.
        ReadExactCounts = "read-exact-counts",
        /// Sends a referral or a request for help.
        PublishReferral = "publish-referral",
        /// Asks a screening team for advice.
        RequestAdvice = "request-advice",
        /// Gives advice, as one of two.
        ApproveAdvice = "approve-advice",
        /// Reads what was transferred.
        ReadTransferInbox = "read-transfer-inbox",
        /// Reads a region's protected tables.
        ReadRegionAggregates = "read-region-aggregates",
        /// Reads the nation's protected tables.
        ReadNationalAggregates = "read-national-aggregates",
        /// Reads the envelopes of events, without their bodies.
        ReadEventMetadata = "read-event-metadata",
        /// Reads who had access to what.
        ReadAccessLog = "read-access-log",
        /// Asks that an entry or a person is erased.
        RequestErasure = "request-erasure",
        /// Agrees, as the second one, that a person is erased.
        ApproveErasure = "approve-erasure",
        /// Takes back the erasure of a person before it is carried out.
        RevokeErasure = "revoke-erasure",
        /// Changes who the parties are.
        ManageParties = "manage-parties",
        /// Publishes protected tables.
        PublishTables = "publish-tables",
        /// Makes the next keys.
        RotateKeys = "rotate-keys",
        /// Destroys keys.
        DestroyKey = "destroy-key",
    }
}

worded! {
    /// What for. Said with every call, or understood where only one fits; kept in the access log.
    Purpose {
        /// To know where there is room.
        Capacity = "CAPACITY",
        /// To refer somebody.
        Referral = "REFERRAL",
        /// To keep a waiting list.
        Waitlist = "WAITLIST",
        /// To advise.
        Advice = "ADVICE",
        /// To hand somebody over.
        Transfer = "TRANSFER",
        /// To count.
        Count = "COUNT",
        /// To supervise.
        Supervision = "SUPERVISION",
        /// To audit.
        Audit = "AUDIT",
        /// To erase.
        Erasure = "ERASURE",
        /// To keep keys and parties.
        Keyops = "KEYOPS",
    }
}

//! The region's books: what the evaluator granted each provider, what months ended with, who agreed to an erasure. They
//! are about nobody who waits.

mod decide;
mod erasure;
mod grants;
#[cfg(test)]
mod tests;

pub use erasure::{Erasure, ErasureApproval, ErasureRequest, ErasureRevocation, Ground};
pub use grants::{BookedReceipt, Grants};

use super::counts::{Dimension, Protected};
use super::{Actor, CLOCK_TOLERANCE_MILLIS, Epoch};
use crate::{Day, Month};

/// A request for an erasure waits this long for somebody who agrees: 14 days.
pub const REQUEST_VALID_FOR_MILLIS: i64 = 14 * 24 * 3_600_000;

/// One book, folded. Its first line says which kind it is. Default: nothing is written in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Book {
    /// Nothing yet.
    #[default]
    Blank,
    /// What a provider was granted, and has used of it.
    Grants(Grants),
    /// What a month ended with.
    Month(FrozenMonth),
    /// How far an erasure is.
    Erasure(Box<Erasure>),
    /// What everybody sees for four weeks.
    Table(Box<PublishedTable>),
    /// Under which keys the region's pseudonyms of an epoch are made.
    Keys(RecoderKeys),
}

/// The keys that a region's pseudonyms of an epoch are made with: others would make other people of everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoderKeys {
    /// Which epoch.
    pub epoch: Epoch,
    /// Tells two keys apart and says nothing of either.
    pub fingerprint: [u8; 8],
}

/// A protected table, the same for everybody until the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedTable {
    /// The day that it shows.
    pub on: Day,
    /// What its rows are; each is split by main diagnosis group.
    pub rows: Dimension,
    /// What may be shown.
    pub shown: Protected<String, String>,
}

/// What a month ended with: erasures since then do not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenMonth {
    /// Which.
    pub month: Month,
    /// At the end of its last day.
    pub totals: Totals,
}

/// Who waits in the region, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Waiting places.
    pub entries: u64,
    /// Persons.
    pub persons: u64,
    /// Entries that had waited longer in all than the norm.
    pub over_norm: u64,
}

/// A request to write something.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Asks whether new pseudonyms of a provider are covered by what it was granted.
    Admit {
        /// What the evaluator says that it granted, if that came along.
        receipt: Option<BookedReceipt>,
        /// How many pseudonyms are new.
        new: u32,
    },
    /// Keeps what a month ended with.
    Freeze {
        /// Which.
        month: Month,
        /// What was counted.
        totals: Totals,
    },
    /// Says which keys are used.
    NameKeys(RecoderKeys),
    /// Publishes a table.
    Publish(Box<PublishedTable>),
    /// Asks for an erasure that a second person must agree to.
    RequestErasure(ErasureRequest),
    /// Agrees to it.
    ApproveErasure {
        /// Who.
        by: Actor,
        /// Is a privacy officer: agrees also to what another organisation asks.
        is_officer: bool,
        /// So long it is held from then on, and can be taken back; 0: it is carried out at once.
        hold_millis: i64,
    },
    /// Takes it back.
    RevokeErasure {
        /// Who.
        by: Actor,
        /// Is a privacy officer: takes back also what other organisations decided.
        is_officer: bool,
    },
    /// Begins to carry it out: from here on nobody takes it back. To be said before anything is erased.
    BeginErasure {
        /// How many entries it is about.
        entries: u32,
    },
    /// Says that what was begun is done.
    CarryOut {
        /// How many entries were erased.
        entries: u32,
    },
}

/// A fact in a book.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The evaluator granted more on a day than was known.
    ReceiptBooked(BookedReceipt),
    /// A provider brought new pseudonyms.
    Admitted {
        /// So many were granted.
        covered: u32,
        /// So many were not: their entries are not counted.
        beyond: u32,
    },
    /// A month is over.
    MonthFrozen(FrozenMonth),
    /// The first node to recode under an epoch has these keys.
    KeysNamed(RecoderKeys),
    /// A table is published.
    TablePublished(Box<PublishedTable>),
    /// Somebody asks for an erasure.
    ErasureRequested(ErasureRequest),
    /// Somebody else agrees.
    ErasureApproved(ErasureApproval),
    /// Somebody takes it back.
    ErasureRevoked(ErasureRevocation),
    /// It is being carried out.
    ErasureBegun {
        /// It is about so many entries.
        entries: u32,
    },
    /// It is done.
    ErasureCarriedOut {
        /// So many entries.
        entries: u32,
    },
}

/// A "no".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The book is of another kind.
    #[error("this book is about something else")]
    OtherBook,
    /// Nothing is granted ahead.
    #[error("the receipt is of a day that has not come yet")]
    DayInTheFuture,
    /// Its last day must have passed.
    #[error("the month is not over")]
    MonthNotOver,
    /// This node has others than those that were used before.
    #[error(
        "this node's recoder keys are not those of its region: copy them from another node, or from their backup"
    )]
    OtherRecoderKeys,
    /// Nobody has asked.
    #[error("no erasure was asked for under this id")]
    UnknownErasure,
    /// The id stands for something else.
    #[error("an erasure with this id was asked for and says something else")]
    ErasureIdReused,
    /// Who asks does not answer.
    #[error("who asked for the erasure cannot approve it")]
    RequesterApproves,
    /// Others have no say in it, but for a privacy officer.
    #[error(
        "an erasure is approved by the organisation that asked for it, or by a privacy officer"
    )]
    OtherOrganisationApproves,
    /// Two officers of one organisation are one say.
    #[error("what a privacy officer asks is approved by one of another organisation")]
    OfficersOwnOrganisationApproves,
    /// Nobody agreed in time.
    #[error("the request was not approved within 14 days")]
    ErasureRequestLapsed,
    /// Nobody has agreed.
    #[error("the erasure has not been approved")]
    ErasureNotApproved,
    /// It may still be taken back.
    #[error("the erasure is held: it can still be taken back")]
    ErasureHeld,
    /// Nothing is erased before that is said.
    #[error("the erasure has not begun")]
    ErasureNotBegun,
    /// Somebody took it back.
    #[error("the erasure was taken back: ask for it anew, under another id")]
    ErasureRevoked,
    /// Its hold is over, and somebody began.
    #[error(
        "the erasure is being carried out, or was, and cannot be taken back: who still waits is registered again afterwards"
    )]
    ErasureCarriedOut,
    /// Others have no say in it, but for a privacy officer.
    #[error(
        "an erasure is taken back by the organisation that asked for it, the one that agreed, or a privacy officer"
    )]
    OtherOrganisationRevokes,
}

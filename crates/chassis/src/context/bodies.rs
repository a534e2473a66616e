//! How a topic's bodies and states lie in the log and on disk: in clear, or sealed under the key of their entry.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use domain::Timestamp;
use eventlog::{AttemptId, CommandNote, Commit, NewCommit, Noted, StreamId, Version};
use prost::Message;
use pseudonym::envelope::{self, Audience, Binding};
use pseudonym::vault::Kid;
use zeroize::Zeroizing;

use super::decide::Clear;
use crate::DecodeError;
use crate::erasure::{KeyError, Keyring};

/// What a topic's bodies are about, and so how they are kept.
pub(crate) enum Bodies {
    /// About organisations.
    Clear,
    /// About persons.
    Sealed(Sealed),
}

/// What it takes to read and write a topic's sealed bodies.
pub(crate) struct Sealed {
    pub(crate) keyring: Keyring,
    pub(crate) topic: Arc<str>,
}

/// `proto/doorstroom/log/v1/sealed.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SealedBody {
    #[prost(bytes = "vec", tag = "1")]
    kid: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) region: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) national: Vec<u8>,
}

/// A body as it was before it was sealed, and the key that it was sealed under.
pub(crate) struct Opened<'a> {
    pub(crate) clear: Cow<'a, [u8]>,
    pub(crate) kid: Option<Kid>,
}

impl Bodies {
    /// Opens a commit's body. One without events has none to open.
    pub(crate) fn open<'a>(&self, commit: &'a Commit) -> Result<Opened<'a>, DecodeError> {
        match self {
            Self::Sealed(sealed) if !commit.body.is_empty() => sealed.open(commit),
            Self::Sealed(_) | Self::Clear => Ok(Opened {
                clear: Cow::Borrowed(&commit.body),
                kid: None,
            }),
        }
    }

    /// Puts what was decided into a commit. A stream that has no key yet is given one, which is returned.
    pub(super) fn seal(
        &self,
        commit: &mut NewCommit,
        clear: Clear,
        (kid, now): (Option<Kid>, Timestamp),
    ) -> Result<Option<Kid>, KeyError> {
        let sealed = match self {
            Self::Sealed(sealed) if !clear.region.is_empty() => sealed,
            Self::Sealed(_) | Self::Clear => {
                commit.body = clear.region.into();
                return Ok(None);
            }
        };
        let given = match kid {
            Some(_) => None,
            None => Some(sealed.keyring.issue(now)?),
        };
        if let Some(kid) = kid.or(given) {
            commit.body = sealed.seal(commit, clear, kid)?;
        }
        Ok(given)
    }

    /// How many keys were destroyed, as far as is known.
    pub(super) fn erased_count(&self) -> usize {
        self.keyring().map_or(0, Keyring::erased_count)
    }

    /// What it takes to read sealed bodies; none where they are in clear.
    pub(crate) fn keyring(&self) -> Option<&Keyring> {
        match self {
            Self::Clear => None,
            Self::Sealed(sealed) => Some(&sealed.keyring),
        }
    }
}

impl Sealed {
    fn open(&self, commit: &Commit) -> Result<Opened<'static>, DecodeError> {
        let body = SealedBody::parse(&commit.body);
        let body = body.ok_or_else(|| DecodeError::new("it is not a sealed body"))?;
        let kid = body.kid();
        let kid = kid.ok_or_else(|| DecodeError::new("it names no key"))?;
        let key = self.keyring.key(kid, Audience::Region)?;
        let place = place_of_body(&self.topic, kid, &Head::of(commit));
        let clear = envelope::open(&key, &place, &body.region);
        let mut clear = clear.map_err(|error| DecodeError::new(error.to_string()))?;
        Ok(Opened {
            clear: Cow::Owned(std::mem::take(&mut *clear)),
            kid: Some(kid),
        })
    }

    fn seal(&self, commit: &NewCommit, clear: Clear, kid: Kid) -> Result<Bytes, KeyError> {
        let place = place_of_body(&self.topic, kid, &Head::of_new(commit));
        let region = Zeroizing::new(clear.region);
        let region_key = self.keyring.key(kid, Audience::Region)?;
        let mut body = SealedBody {
            kid: kid.as_bytes().to_vec(),
            region: envelope::seal(&region_key, &place, &region),
            national: Vec::new(),
        };
        if !clear.national.is_empty() {
            let national = Zeroizing::new(clear.national);
            let national_key = self.keyring.key(kid, Audience::National)?;
            body.national = envelope::seal(&national_key, &place, &national);
        }
        Ok(body.encode_to_vec().into())
    }

    /// Seals a state for the disk.
    pub(super) fn seal_state(
        &self,
        (stream, version): (&StreamId, Version),
        kid: Kid,
        clear: Vec<u8>,
    ) -> Result<Vec<u8>, KeyError> {
        let clear = Zeroizing::new(clear);
        let key = self.keyring.key(kid, Audience::Region)?;
        let place = self.place_of_state(stream, version);
        Ok(envelope::seal(&key, &place, &clear))
    }

    /// Opens what `seal_state` gave.
    pub(super) fn open_state(
        &self,
        (stream, version): (&StreamId, Version),
        kid: Kid,
        state: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
        let key = self.keyring.key(kid, Audience::Region)?;
        let clear = envelope::open(&key, &self.place_of_state(stream, version), state);
        clear.map_err(|error| DecodeError::new(error.to_string()))
    }

    /// A state opens only as that of its stream at its version.
    fn place_of_state(&self, stream: &StreamId, version: Version) -> Binding {
        Binding::to("state/v1")
            .and(self.topic.as_bytes())
            .and(stream.as_str().as_bytes())
            .and(&version.get().to_be_bytes())
    }
}

impl SealedBody {
    /// Reads a body, if it is a sealed one.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        Self::decode(body).ok().filter(|body| body.kid().is_some())
    }

    pub(crate) fn kid(&self) -> Option<Kid> {
        Kid::from_slice(&self.kid)
    }
}

/// The part of an envelope that a body belongs to.
struct Head<'a> {
    stream: &'a StreamId,
    version: Version,
    attempt: AttemptId,
    commands: &'a [CommandNote],
}

impl<'a> Head<'a> {
    fn of(commit: &'a Commit) -> Self {
        Self {
            stream: &commit.stream,
            version: commit.version,
            attempt: commit.attempt,
            commands: &commit.commands,
        }
    }

    fn of_new(commit: &'a NewCommit) -> Self {
        Self {
            stream: &commit.stream,
            version: commit.version,
            attempt: commit.attempt,
            commands: &commit.commands,
        }
    }
}

/// A body opens only in its own commit: put into another stream, or under another envelope, it does not.
fn place_of_body(topic: &str, kid: Kid, head: &Head<'_>) -> Binding {
    let commands = head.commands.iter();
    let place = Binding::to("body/v1")
        .and(topic.as_bytes())
        .and(head.stream.as_str().as_bytes())
        .and(&head.version.get().to_be_bytes())
        .and(head.attempt.as_uuid().as_bytes())
        .and(kid.as_bytes());
    commands.fold(place, |place, note| {
        let (outcome, reason) = match &note.noted {
            Noted::Taken => (b"taken".as_slice(), ""),
            Noted::Refused(reason) => (b"refused".as_slice(), &**reason),
            Noted::Unchanged => (b"unchanged".as_slice(), ""),
        };
        place
            .and(note.id.as_uuid().as_bytes())
            .and(outcome)
            .and(reason.as_bytes())
            .and(&note.event_count.to_be_bytes())
    })
}

impl From<KeyError> for DecodeError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Erased => Self::Erased,
            KeyError::Lost(reason) => Self::Unknown(reason),
            KeyError::Full | KeyError::NotNow(_) => Self::NotNow(error.to_string()),
        }
    }
}

impl SealedBody {
    /// Tells whether the part that is for an audience opens with a key.
    pub(crate) fn opens(
        &self,
        (topic, commit): (&str, &Commit),
        key: (&envelope::SubKey, Audience),
    ) -> bool {
        let (key, audience) = key;
        let part = match audience {
            Audience::Region => &self.region,
            Audience::National => &self.national,
        };
        self.open(key, (topic, commit), part).is_ok()
    }

    /// Opens one of its parts with whatever key.
    pub(super) fn open(
        &self,
        key: &envelope::SubKey,
        (topic, commit): (&str, &Commit),
        part: &[u8],
    ) -> Result<Vec<u8>, envelope::CannotOpen> {
        let kid = self.kid().ok_or(envelope::CannotOpen)?;
        let place = place_of_body(topic, kid, &Head::of(commit));
        envelope::open(key, &place, part).map(|clear| clear.to_vec())
    }
}

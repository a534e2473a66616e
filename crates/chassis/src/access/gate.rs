use std::collections::HashMap;
use std::net::SocketAddr;

use domain::access::{Action, Caller, Purpose, Region, admits};
use http::{HeaderMap, HeaderValue};
use tonic::{Code, Status};

use super::caller::{Access, Denied, allowed};
use crate::Violations;
use crate::status::refusal;

/// Says who calls: `PERSON:ROLE@ORGANISATION`.
pub const CALLER: &str = "doorstroom-caller";
/// Says what for, such as `WAITLIST`.
pub const PURPOSE: &str = "doorstroom-purpose";
/// What calls to our services begin with; health and reflection are others'.
const OURS: &str = "/doorstroom.";

/// What each call of a service may be asked as: the method, and the actions of which one must be allowed.
pub type Calls = &'static [(&'static str, &'static [Action])];

/// Lets calls in, or not. What a call touches is for its service to ask about, with [`Access::may`].
#[derive(Debug)]
pub struct Gate {
    here: Region,
    calls: HashMap<String, &'static [Action]>,
}

/// Why a call is not let in.
#[derive(Debug)]
pub enum Refused {
    /// It does not say properly who calls, or there is no such call.
    Unread(Status),
    /// Whoever calls may not.
    Denied(Access, Denied),
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unread(status) => status,
            Refused::Denied(_, denied) => denied.into(),
        }
    }
}

impl Gate {
    /// The gate of a region's node, for services by their full names.
    pub fn new(here: Region, services: &[(&str, Calls)]) -> Self {
        let calls = services.iter().flat_map(|(service, calls)| {
            let path = move |method: &str| format!("/{service}/{method}");
            calls
                .iter()
                .map(move |(method, actions)| (path(method), *actions))
        });
        Self {
            calls: calls.collect(),
            here,
        }
    }

    /// Lets a call in, with who makes it; none: it is no call of ours. A call that no action is named for is none that
    /// anybody may make.
    ///
    /// # Errors
    /// If it may not come in.
    pub fn admit(
        &self,
        path: &str,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
    ) -> Result<Option<Access>, Refused> {
        if !path.starts_with(OURS) {
            return Ok(None);
        }
        let Some(actions) = self.calls.get(path) else {
            let unknown = Status::unimplemented("there is no such call on this node");
            return Err(Refused::Unread(unknown));
        };
        let caller = self.caller(headers, peer).map_err(Refused::Unread)?;
        let purpose = purpose(headers).map_err(Refused::Unread)?;
        let access = Access::new(caller, purpose, self.here.clone(), (path, peer));
        let mut denied = None;
        for action in *actions {
            let purpose = access.purpose(*action);
            match allowed(admits(access.caller(), *action, purpose, &self.here)) {
                Ok(_) => return Ok(Some(access)),
                Err(because) => denied = denied.or(Some(because)),
            }
        }
        Err(match denied {
            Some(denied) => Refused::Denied(access, denied),
            None => Refused::Unread(Status::unimplemented("this call is nobody's to make")),
        })
    }

    fn caller(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Result<Caller, Status> {
        let Some(said) = only(headers, CALLER)? else {
            return Ok(Caller::unnamed());
        };
        // Nothing proves it: it is believed from where the machine's own users are alone.
        if !peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
            let message =
                "who calls is believed from this machine only, until callers are identified";
            return Err(refusal(
                Code::Unauthenticated,
                "caller-from-elsewhere",
                message,
            ));
        }
        Caller::parse(said, self.here.clone()).map_err(|error| wrong(CALLER, &error.to_string()))
    }
}

fn purpose(headers: &HeaderMap) -> Result<Option<Purpose>, Status> {
    let Some(said) = only(headers, PURPOSE)? else {
        return Ok(None);
    };
    let known = || {
        let words: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.word()).collect();
        format!("must be one of {}", words.join(", "))
    };
    let purpose = Purpose::parse(said).ok_or_else(|| wrong(PURPOSE, &known()))?;
    Ok(Some(purpose))
}

/// The text of a header that may come once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Status> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(wrong(name, "is given more than once"));
    }
    let text = HeaderValue::to_str(value).map_err(|_| wrong(name, "is not plain text"))?;
    Ok(Some(text))
}

fn wrong(header: &str, description: &str) -> Status {
    let mut violations = Violations::default();
    violations.add(header, description);
    violations.into_status()
}

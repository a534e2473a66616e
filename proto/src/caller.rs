//! Says with each call who makes it.

use std::str::FromStr;

use tonic::metadata::errors::InvalidMetadataValue;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

/// The header that says who calls: `PERSON:ROLE@ORGANISATION`.
pub const CALLER: &str = "doorstroom-caller";

/// Adds who calls to each call of a client. By default nobody is named.
#[derive(Clone, Debug, Default)]
pub struct Named(Option<MetadataValue<Ascii>>);

impl FromStr for Named {
    type Err = InvalidMetadataValue;

    /// Accepts plain text; whether it names a caller is for the server to say.
    fn from_str(caller: &str) -> Result<Self, InvalidMetadataValue> {
        Ok(Self(Some(caller.parse()?)))
    }
}

impl Named {
    /// Returns the person that is named, before the role.
    pub fn person(&self) -> Option<&str> {
        let caller = self.0.as_ref()?.to_str().ok()?;
        caller.split_once(':').map(|(person, _)| person)
    }
}

impl Interceptor for Named {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(caller) = &self.0 {
            request.metadata_mut().insert(CALLER, caller.clone());
        }
        Ok(request)
    }
}

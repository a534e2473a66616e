//! What would have been promised, gone through again from the commits of a log.

use chassis::{Codec, DecodeError};
use domain::capacity::confidence::{Heard, Kind, Rehearsal};
use eventlog::StreamId;
use proto::capacity::v1;

use crate::wire::{self, Wire};

/// Goes through a topic's commits in their order.
#[derive(Debug, Default)]
pub struct Calibration(Rehearsal);

impl Calibration {
    /// Takes in one commit, and tells for each of its events what was promised before it.
    ///
    /// # Errors
    /// If the body holds something unknown: nothing was taken in then.
    pub fn commit(&mut self, stream: &StreamId, body: &[u8]) -> Result<Vec<Heard>, DecodeError> {
        let events = match Wire::decode(body) {
            Ok(events) => events,
            Err(DecodeError::Erased) => Vec::new(),
            Err(error) => return Err(error),
        };
        let heard = events
            .iter()
            .map(|recorded| self.0.hear(stream.as_str(), &recorded.event));
        Ok(heard.collect())
    }
}

/// Returns the kind in the contract's words, such as "specialised bed closed".
pub fn kind_name(kind: &Kind) -> String {
    let care_type = v1::CareType::try_from(wire::code_of(kind.care_type)).unwrap_or_default();
    let place_kind = v1::PlaceKind::try_from(wire::code_of(kind.place_kind)).unwrap_or_default();
    let setting = v1::Setting::try_from(wire::code_of(kind.setting)).unwrap_or_default();
    let names = [
        (care_type.as_str_name(), "CARE_TYPE_"),
        (place_kind.as_str_name(), "PLACE_KIND_"),
        (setting.as_str_name(), "SETTING_"),
    ];
    let words = names.into_iter().filter_map(|(name, prefix)| {
        let word = name.strip_prefix(prefix)?;
        (word != "UNSPECIFIED").then(|| word.to_ascii_lowercase().replace('_', "-"))
    });
    let demonstration = kind.is_demonstration.then(|| "demonstration".to_owned());
    let name = words.chain(demonstration).collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return "not stated".to_owned();
    }
    name
}

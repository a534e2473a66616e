//! Contract ↔ what is evaluated.

use chassis::Violations;
use proto::pseudonym::v1;
use pseudonym::receipt::Receipt;
use pseudonym::{Blinded, DOMAIN, Epoch, EvaluateError, Evaluated};

use crate::keys::{Key, Keys};

/// A request that can be granted.
pub(crate) struct Order<'a> {
    /// The key that it is for.
    pub(crate) key: &'a Key,
    pub(crate) blinded: Blinded,
}

/// Reads a request, or names everything that is wrong with it.
pub(crate) fn order<'a>(
    request: &v1::EvaluateRequest,
    keys: &'a Keys,
) -> Result<Order<'a>, Violations> {
    let mut violations = Violations::default();
    if request.domain != DOMAIN {
        violations.add("domain", format!("there are keys for {DOMAIN} only"));
    }
    let key = Epoch::parse(&request.epoch).and_then(|epoch| keys.of(epoch));
    if key.is_none() {
        let epochs = keys.epochs().join(" and ");
        violations.add(
            "epoch",
            format!("there is no key of this epoch; there is of {epochs}"),
        );
    }
    let blinded = Blinded::parse(&request.blinded_elements)
        .map_err(|error| violations.add(field(error), error.to_string()))
        .ok();
    match (key, blinded) {
        (Some(key), Some(blinded)) if violations.is_empty() => Ok(Order { key, blinded }),
        _ => Err(violations),
    }
}

fn field(error: EvaluateError) -> String {
    match error {
        EvaluateError::Element(index) => format!("blinded_elements[{index}]"),
        EvaluateError::Size(_) | EvaluateError::Failed => "blinded_elements".to_owned(),
    }
}

/// Returns the answer, with a receipt that is signed.
pub(crate) fn answer(key: &Key, evaluated: Evaluated, receipt: Receipt) -> v1::EvaluateResponse {
    let signature = key.sign(&receipt);
    v1::EvaluateResponse {
        evaluation_elements: evaluated.elements,
        proof: evaluated.proof,
        key_id: key.id.clone(),
        receipt: Some(v1::GrantReceipt {
            organisation: receipt.organisation,
            day: receipt.day,
            granted: receipt.granted,
            signature,
            key_id: key.id.clone(),
        }),
    }
}

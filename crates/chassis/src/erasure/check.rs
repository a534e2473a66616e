use ed25519_dalek::VerifyingKey;
use eventlog::{LogError, Position, Topic};

use super::chain::{Chain, LedgerFault};
use super::record::ErasureRecord;

const PAGE: usize = 1_024;

/// Reads the whole ledger and checks that each line is signed and follows on the one before it.
///
/// # Errors
/// The first place that does not hold together.
pub async fn check(ledger: &Topic, key: VerifyingKey) -> Result<Vec<ErasureRecord>, LedgerFault> {
    let mut chain = Chain::new(key);
    let mut lines = Vec::new();
    let mut after = Position::START;
    loop {
        let page = ledger.page(after, PAGE).await;
        let page = page.map_err(|error| unreadable(after, &error))?;
        let Some(last) = page.last() else {
            return Ok(lines);
        };
        after = last.position;
        for commit in &page {
            lines.push(chain.read(commit)?);
        }
    }
}

fn unreadable(after: Position, error: &LogError) -> LedgerFault {
    let (position, reason) = match error {
        LogError::Damaged {
            position, reason, ..
        } => (*position, reason.clone()),
        other => (after, format!("what follows cannot be read: {other}")),
    };
    LedgerFault { position, reason }
}

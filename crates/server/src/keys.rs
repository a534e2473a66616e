//! The keys of pseudonyms, as the server needs them.

use std::io::{self, Write};

use anyhow::{Context as _, ensure};
use chassis::Node;
use data_encoding::HEXLOWER_PERMISSIVE;
use eventlog::EventLog;
use pseudonym::receipt::{ReceiptSigner, ReceiptVerifier};
use pseudonym::ring::{Ring, Stage};
use pseudonym::{Epoch, Evaluator, Recoders, Region, key_id};
use waitlist::Gateway;

use crate::config::{Service, Settings};
use crate::storage;

/// Opens the evaluator's keys, and makes them on the very first start. Once something was granted under keys, they must
/// be there.
pub(crate) fn evaluator(settings: &Settings) -> anyhow::Result<Ring> {
    let is_first = !storage::quota(settings).exists();
    ring(settings, Stage::Evaluator, is_first)
}

/// Opens the gateway's keys, made on the very first start of the embedded log, and those that the evaluator's receipts
/// are verified with: its own, where it runs in this process, and those that were told.
pub(crate) fn gateway(settings: &Settings, node: &Node) -> anyhow::Result<Gateway> {
    // Beside Kafka another node may have keys already: two kinds would count everybody twice.
    let is_first = settings.kafka.is_none() && !has_entries(&node.log, &node.region);
    let ring = ring(settings, Stage::Recoder, is_first)?;
    let region = Region::new(&settings.region)?;
    let recoders = Recoders::derive(&region, ring.roots())?;
    let verifiers = verifiers(settings)?;
    ensure!(
        !verifiers.is_empty(),
        "the waiting list must know what the evaluator signs receipts with: receipt-key, as doorstroomd keys status prints it \
         there"
    );
    Ok(Gateway::new(recoders, verifiers))
}

/// Tells whether something was named under keys of a stage, as far as this folder shows.
pub(crate) fn were_used(settings: &Settings, stage: Stage) -> anyhow::Result<bool> {
    match stage {
        Stage::Evaluator => Ok(storage::quota(settings).exists()),
        Stage::Recoder => {
            let Ok(log) = storage::open_to_read(settings) else {
                return Ok(false);
            };
            Ok(has_entries(&log, &settings.region))
        }
    }
}

/// Tells whether anybody was ever on the list.
pub(crate) fn has_entries(log: &EventLog, region: &str) -> bool {
    let list = log.topic(&format!("{region}.waitlist"));
    list.is_ok_and(|list| list.end().get() > 0)
}

fn verifiers(settings: &Settings) -> anyhow::Result<Vec<(String, ReceiptVerifier)>> {
    let mut verifiers = Vec::new();
    for (key_id, key) in &settings.receipt_keys {
        let key = HEXLOWER_PERMISSIVE.decode(key.as_bytes())?;
        verifiers.push((key_id.clone(), ReceiptVerifier::new(&key)?));
    }
    if settings.services.contains(&Service::Evaluator) {
        for (epoch, root) in evaluator(settings)?.roots() {
            let evaluator = Evaluator::new(root, epoch).context("no key follows from the root")?;
            let key_id = key_id(epoch, evaluator.public_key());
            let signer = ReceiptSigner::new(root, epoch);
            verifiers.push((key_id, ReceiptVerifier::new(&signer.public_key())?));
        }
    }
    Ok(verifiers)
}

fn ring(settings: &Settings, stage: Stage, is_first: bool) -> anyhow::Result<Ring> {
    let folder = storage::keys(settings);
    if is_first && !Ring::exists(&folder, stage) {
        let (epoch, today) = first(jiff::Timestamp::now())?;
        return Ok(Ring::init(&folder, stage, (epoch, &today))?);
    }
    Ok(Ring::open(&folder, stage)?)
}

/// Says where keys lie that do not lie well.
pub(crate) fn announce(out: &mut dyn Write, settings: &Settings) -> io::Result<()> {
    if settings.services.contains(&Service::Evaluator) {
        let folder = storage::keys(settings);
        let folder = folder.display();
        writeln!(
            out,
            "doorstroomd: keys of pseudonyms in {folder}: for trying out, not for real persons"
        )?;
    }
    Ok(())
}

/// Returns the first epoch of a moment's year, and its day in UTC.
pub(crate) fn first(now: jiff::Timestamp) -> anyhow::Result<(Epoch, String)> {
    let epoch = Epoch::first_of(year(now)?).context("this machine's clock is not right")?;
    Ok((epoch, day(now)))
}

/// Returns a moment's year in UTC.
pub(crate) fn year(now: jiff::Timestamp) -> anyhow::Result<u16> {
    let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
    u16::try_from(year).context("this machine's clock is not right")
}

/// Returns a moment's day in UTC, such as `2026-11-25`.
pub(crate) fn day(now: jiff::Timestamp) -> String {
    now.strftime("%Y-%m-%d").to_string()
}

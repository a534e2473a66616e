//! Whether an epoch's keys may go: the region's server counts its entries; the evaluator, which has no way to them, is told.

#[cfg(test)]
mod tests;
mod told;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::ArgMatches;
use domain::access::Region;
use proto::caller::Named;
use proto::waitlist::v1::GetKeyRotationRequest;
use proto::waitlist::v1::waitlist_service_client::WaitlistServiceClient;
use pseudonym::ring::{Ring, Stage, Standing};
use pseudonym::{Custodians, Epoch, Recoders};
use tonic::Code;
use tonic::transport::Endpoint;

pub(crate) use told::Told;

use crate::config::Settings;
use crate::{demonstration, storage};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Half a million entries are counted in a part of a second.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Who is asked, what was told, and whether that matters.
#[derive(Debug)]
pub(crate) struct Asked {
    server: Option<String>,
    caller: Option<Named>,
    told: Vec<Told>,
    lose_the_rest: bool,
}

impl Asked {
    /// Reads what the command line says.
    pub(super) fn from(given: &ArgMatches) -> anyhow::Result<Self> {
        let told: Vec<Told> = given
            .get_many("carrying")
            .unwrap_or_default()
            .cloned()
            .collect();
        let regions: BTreeSet<&str> = told.iter().map(|told| told.region.as_str()).collect();
        ensure!(
            regions.len() == told.len(),
            "--carrying names a region twice"
        );
        Ok(Self {
            server: given.get_one("server").cloned(),
            caller: given.get_one("as").cloned(),
            told,
            lose_the_rest: given.get_flag("lose-the-rest"),
        })
    }
}

/// Returns what is known of the entries whose persons only an epoch's keys can name, to be kept with who destroyed them.
///
/// # Errors
/// Why the keys stay, and what to do.
pub(super) async fn may_go(
    settings: &Settings,
    (epoch, by): (Epoch, &Custodians),
    asked: &Asked,
) -> anyhow::Result<String> {
    let told = match recoder(settings, epoch)? {
        Recoder::Here(fingerprint) => {
            ensure!(
                asked.told.is_empty(),
                "nothing was done: the recoder's keys are here, so the region's server is asked; leave --carrying out"
            );
            let told = ask(settings, (asked, by), (epoch, fingerprint)).await?;
            told.map(|told| vec![told])
        }
        Recoder::Destroyed => return Ok("the recoder's key was destroyed before".to_owned()),
        Recoder::Elsewhere if asked.told.is_empty() => Err(
            "the evaluator has no way to the entries. Have every region say how far it is (doorstroom waitlist stats there), \
             and give that: --carrying REGION=CARRYING/OPEN"
                .to_owned(),
        ),
        Recoder::Elsewhere => {
            let nobody = asked.told.iter().find(|told| told.is_of_nobody());
            ensure!(
                nobody.is_none() || asked.lose_the_rest,
                "nothing was done: --carrying is of all open entries, stale ones and those in treatment too (doorstroom waitlist \
                 stats there), and 0/0 is of none; if that region really has nobody, add --lose-the-rest"
            );
            Ok(asked.told.clone())
        }
    };
    let known = match &told {
        Ok(told) => {
            let told: Vec<String> = told.iter().map(ToString::to_string).collect();
            told.join("; ")
        }
        Err(reason) => format!("nobody can say how many entries carry a newer key: {reason}"),
    };
    let is_complete = told.is_ok_and(|told| told.iter().all(Told::is_far_enough));
    if is_complete && !asked.lose_the_rest {
        return Ok(known);
    }
    if asked.lose_the_rest {
        return Ok(format!("--lose-the-rest: {known}"));
    }
    bail!(
        "nothing was done: {known}. Before 99.5 % of all open entries carry one, persons would be lost with the keys of {epoch}: \
         have providers confirm theirs, stale ones and those in treatment too (doorstroom waitlist import), or add \
         --lose-the-rest"
    )
}

/// Where the keys are that lead from the region's entries to persons.
enum Recoder {
    /// In this folder, with what tells them apart from others.
    Here([u8; 8]),
    Destroyed,
    Elsewhere,
}

fn recoder(settings: &Settings, epoch: Epoch) -> anyhow::Result<Recoder> {
    let folder = storage::keys(settings);
    if !Ring::exists(&folder, Stage::Recoder) {
        return Ok(Recoder::Elsewhere);
    }
    let ring = Ring::open(&folder, Stage::Recoder)?;
    let region = pseudonym::Region::new(&settings.region)?;
    let recoders = Recoders::derive(&region, ring.roots())?;
    let mut known = recoders.fingerprints();
    if let Some((_, fingerprint)) = known.find(|(known, _)| *known == epoch) {
        return Ok(Recoder::Here(fingerprint));
    }
    let is_gone = |standing: &Standing| matches!(standing, Standing::Destroyed { epoch: gone, .. } if *gone == epoch);
    ensure!(
        ring.standing().iter().any(is_gone),
        "there is no recoder key of epoch {epoch} here"
    );
    Ok(Recoder::Destroyed)
}

/// Asks the region's own server how far its entries are; the inner error: it cannot say.
///
/// # Errors
/// Nobody who may asked, or a server of another region.
async fn ask(
    settings: &Settings,
    (asked, by): (&Asked, &Custodians),
    (epoch, fingerprint): (Epoch, [u8; 8]),
) -> anyhow::Result<Result<Told, String>> {
    let caller = asked.caller.clone();
    let caller = caller.context(
        "nothing was done: the server must know who asks: --as PERSON:key-custodian@ORGANISATION",
    )?;
    ensure!(
        caller
            .person()
            .is_some_and(|person| by.are_joined_by(person)),
        "nothing was done: --as must name one of the two custodians, {}",
        by.names().join(" or ")
    );
    let own = || format!("http://{}", demonstration::reachable(settings.grpc));
    let server = asked.server.clone().unwrap_or_else(own);
    let endpoint = Endpoint::from_shared(server.clone())
        .with_context(|| format!("{server} is not an address such as http://127.0.0.1:50051"))?;
    let endpoint = endpoint
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN);
    let Ok(channel) = endpoint.connect().await else {
        return Ok(Err(format!("no server answers at {server} (--server)")));
    };
    let request = GetKeyRotationRequest {
        epoch: epoch.to_string(),
        fingerprint: fingerprint.to_vec(),
        at_least: Vec::new(),
        region: settings.region.clone(),
    };
    let mut client = WaitlistServiceClient::with_interceptor(channel, caller);
    let answer = match client.get_key_rotation(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let said = format!("{server} says: {}", status.message());
            let is_about_what_was_asked = [
                Code::Unauthenticated,
                Code::PermissionDenied,
                Code::InvalidArgument,
            ]
            .contains(&status.code());
            ensure!(
                !is_about_what_was_asked,
                "nothing was done: {said} (asked for --region {})",
                settings.region
            );
            return Ok(Err(said));
        }
    };
    let rotation = answer.rotation.unwrap_or_default();
    Ok(Ok(Told {
        region: Region::parse(&settings.region).context("the region has no name")?,
        keyed: rotation.keyed,
        carrying: rotation.carrying,
    }))
}

//! Whether an epoch's keys may go: the region's server counts its entries; the evaluator, which has no way to them, is told.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::ArgMatches;
use domain::access::Region;
use domain::waitlist::counts::Rotation;
use proto::caller::Named;
use proto::waitlist::v1::GetKeyRotationRequest;
use proto::waitlist::v1::waitlist_service_client::WaitlistServiceClient;
use pseudonym::ring::{Ring, Stage, Standing};
use pseudonym::{Epoch, Recoders};
use tonic::Code;
use tonic::transport::Endpoint;

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

/// How far a region's entries are, written `REGION=CARRYING/ENTRIES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    region: Region,
    /// Entries of persons with a pseudonym.
    keyed: u64,
    /// Those of them that carry a newer one.
    carrying: u64,
    /// Open entries that would lose their person; none: nobody said.
    losing: Option<u64>,
}

/// A text that does not say how far a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give REGION=CARRYING/ENTRIES, such as groningen=1995/2000")]
pub(crate) struct ToldError;

impl FromStr for Told {
    type Err = ToldError;

    fn from_str(text: &str) -> Result<Self, ToldError> {
        let (region, figures) = text.split_once('=').ok_or(ToldError)?;
        let (carrying, keyed) = figures.split_once('/').ok_or(ToldError)?;
        let number = |text: &str| text.parse().map_err(|_| ToldError);
        let (carrying, keyed) = (number(carrying)?, number(keyed)?);
        let region = Region::parse(region).filter(|_| carrying <= keyed);
        Ok(Self {
            region: region.ok_or(ToldError)?,
            keyed,
            carrying,
            losing: None,
        })
    }
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (carrying, keyed, region) = (self.carrying, self.keyed, &self.region);
        // Cut off, not rounded: what falls short of the limit must not read as the limit.
        let permille = carrying.saturating_mul(1_000).checked_div(keyed);
        let permille = permille.unwrap_or(1_000);
        let (percent, tenths) = (permille / 10, permille % 10);
        write!(
            out,
            "{carrying} of {keyed} entries of {region} carry a newer key ({percent}.{tenths} %)"
        )?;
        match self.losing {
            Some(losing) => write!(out, ", {losing} open ones do not"),
            None => Ok(()),
        }
    }
}

impl Told {
    fn is_far_enough(&self) -> bool {
        Rotation::is_far_enough(self.carrying, self.keyed)
    }
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
    epoch: Epoch,
    asked: &Asked,
) -> anyhow::Result<String> {
    let told = match recoder(settings, epoch)? {
        Recoder::Here(fingerprint) => {
            ensure!(
                asked.told.is_empty(),
                "nothing was done: the recoder's keys are here, so the region's server is asked; leave --carrying out"
            );
            let told = ask(settings, asked, (epoch, fingerprint)).await?;
            told.map(|told| vec![told])
        }
        Recoder::Destroyed => return Ok("the recoder's key was destroyed before".to_owned()),
        Recoder::Elsewhere if asked.told.is_empty() => Err(
            "the evaluator has no way to the entries. Have every region say how far it is (doorstroom waitlist stats there), \
             and give that: --carrying REGION=CARRYING/ENTRIES"
                .to_owned(),
        ),
        Recoder::Elsewhere => Ok(asked.told.clone()),
    };
    let known = match &told {
        Ok(told) => {
            let told: Vec<String> = told.iter().map(ToString::to_string).collect();
            told.join("; ")
        }
        Err(reason) => format!("nobody can say how many entries carry a newer key: {reason}"),
    };
    let is_complete = told.is_ok_and(|told| told.iter().all(|told| told.is_far_enough()));
    if is_complete {
        return Ok(known);
    }
    if asked.lose_the_rest {
        return Ok(format!("--lose-the-rest: {known}"));
    }
    bail!(
        "nothing was done: {known}. Before 99.5 % carry one, persons would be lost with the keys of {epoch}: have providers \
         confirm their entries (doorstroom waitlist import), or add --lose-the-rest"
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
/// Nobody who may asked.
async fn ask(
    settings: &Settings,
    asked: &Asked,
    (epoch, fingerprint): (Epoch, [u8; 8]),
) -> anyhow::Result<Result<Told, String>> {
    let caller = asked.caller.clone();
    let caller = caller.context(
        "nothing was done: the server must know who asks: --as PERSON:key-custodian@ORGANISATION",
    )?;
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
    };
    let mut client = WaitlistServiceClient::with_interceptor(channel, caller);
    let answer = match client.get_key_rotation(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let said = format!("{server} says: {}", status.message());
            let is_about_who = [
                Code::Unauthenticated,
                Code::PermissionDenied,
                Code::InvalidArgument,
            ]
            .contains(&status.code());
            ensure!(!is_about_who, "nothing was done: {said}");
            return Ok(Err(said));
        }
    };
    let rotation = answer.rotation.unwrap_or_default();
    Ok(Ok(Told {
        region: Region::parse(&settings.region).context("the region has no name")?,
        keyed: rotation.keyed,
        carrying: rotation.carrying,
        losing: Some(answer.losing),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Told {
        text.parse().unwrap()
    }

    #[test]
    fn what_a_region_says_is_read_and_shown_and_never_rounded_up() {
        let short = told("groningen=19899/20000");
        assert!(!short.is_far_enough());
        let shown = "19899 of 20000 entries of groningen carry a newer key (99.4 %)";
        assert_eq!(short.to_string(), shown);
        assert!(told("groningen=1990/2000").is_far_enough());
        assert!(told("drenthe=0/0").to_string().ends_with("(100.0 %)"));
        for wrong in [
            "",
            "demo",
            "demo=1",
            "demo=2/1",
            "=1/1",
            "demo=-1/1",
            "Demo=1/1",
            "demo=1/x",
        ] {
            assert_eq!(wrong.parse::<Told>(), Err(ToldError), "{wrong}");
        }
    }
}

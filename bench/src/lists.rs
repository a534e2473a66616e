//! Long waiting lists in a server, without the evaluations that they would take: any 64 bytes are a first stage, and what
//! the evaluator would have granted is signed with its own key.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use e2e::Server;
use futures::StreamExt;
use proto::caller::Named;
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1::acknowledgement::Result as Acknowledged;
use proto::waitlist::v1::waitlist_service_client::WaitlistServiceClient;
use proto::waitlist::v1::{
    CountWaitingRequest, Declaration, DeclareEntriesRequest, FirstStage, Person, Profile,
    Registration,
};
use pseudonym::receipt::{Receipt, ReceiptSigner};
use pseudonym::ring::{Ring, Stage};
use pseudonym::{Epoch, Evaluator, Root, key_id};
use tonic::Code;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

pub(crate) type ListClient = WaitlistServiceClient<InterceptedService<Channel, Named>>;

/// Who may count exactly.
pub(crate) const COUNTS: &str = "bench:screening-member@gm:GM0014";

const PATIENCE: Duration = Duration::from_secs(180);
const PER_MESSAGE: usize = 500;
const PROVIDERS: usize = 30;
const AT_ONCE: usize = 4;
/// Two lists of one person lie so many providers apart.
const APART: usize = 7;
const GROUPS: [&str; 8] = [
    "01",
    "04",
    "05",
    "06",
    "07",
    "10",
    "18",
    "not-yet-diagnosed",
];
const BANDS: [&str; 4] = ["18-24", "25-44", "45-64", "65+"];

/// So many persons, each on so many lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lists {
    pub(crate) persons: usize,
    pub(crate) each: usize,
    /// The day on which all were registered.
    pub(crate) registered_on: &'static str,
}

/// What signs receipts as a server's own evaluator does.
pub(crate) struct Grants {
    signer: ReceiptSigner,
    epoch: Epoch,
    key_id: String,
    day: String,
}

impl Grants {
    /// Reads the keys in a server's folder; `day` is today in UTC.
    pub(crate) fn open(data: &Path, day: &str) -> anyhow::Result<Self> {
        let ring = Ring::open(&data.join("keys"), Stage::Evaluator)?;
        let (epoch, root): (Epoch, &Root) = ring.roots().last().context("no key")?;
        let evaluator = Evaluator::new(root, epoch).context("no key follows from the root")?;
        Ok(Self {
            signer: ReceiptSigner::new(root, epoch),
            key_id: key_id(epoch, evaluator.public_key()),
            epoch,
            day: day.to_owned(),
        })
    }

    fn of(&self, organisation: &str, granted: usize) -> anyhow::Result<GrantReceipt> {
        let receipt = Receipt {
            organisation: organisation.to_owned(),
            day: self.day.clone(),
            granted: u32::try_from(granted)?,
        };
        Ok(GrantReceipt {
            signature: self.signer.sign(&receipt),
            organisation: receipt.organisation,
            day: receipt.day,
            granted: receipt.granted,
            key_id: self.key_id.clone(),
        })
    }
}

impl Lists {
    pub(crate) fn entries(self) -> usize {
        self.persons * self.each
    }

    /// Declares all entries, several providers at once. Without `grants` nothing is said of who they are: as before.
    pub(crate) async fn declare(
        self,
        server: &Server,
        grants: Option<&Grants>,
        intake_held_on: &str,
    ) -> anyhow::Result<()> {
        let declared = futures::stream::iter(0..PROVIDERS)
            .map(|provider| self.declare_of(server, (provider, grants), intake_held_on))
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<anyhow::Result<usize>>>()
            .await;
        let declared: usize = declared.into_iter().sum::<anyhow::Result<usize>>()?;
        anyhow::ensure!(declared == self.entries(), "only {declared} were declared");
        Ok(())
    }

    async fn declare_of(
        self,
        server: &Server,
        (provider, grants): (usize, Option<&Grants>),
        intake_held_on: &str,
    ) -> anyhow::Result<usize> {
        let organisation = format!("agb:{:08}", 6_000_000 + provider);
        let mut client = client(server, &format!("epd:provider-system@{organisation}"))?;
        let epoch = grants.map(|grants| grants.epoch.to_string());
        let on_list: Vec<(usize, usize)> = self.on_list(provider).collect();
        let grant = grants.map(|grants| grants.of(&organisation, on_list.len()));
        let grant = grant.transpose()?;
        let held_on = intake_held_on.to_owned();
        let count = on_list.len();
        let batches: Vec<Vec<_>> = on_list.chunks(PER_MESSAGE).map(<[_]>::to_vec).collect();
        let messages = batches.into_iter().map(move |batch| DeclareEntriesRequest {
            declarations: batch
                .into_iter()
                .map(|which| self.declaration(which, epoch.as_deref(), &held_on))
                .collect(),
            grant: grant.clone(),
        });
        let answer = client
            .declare_entries(futures::stream::iter(messages))
            .await?;
        let mut answers = answer.into_inner();
        let mut heard = 0;
        while let Some(answer) = answers.message().await? {
            for given in answer.acknowledgements {
                match given.result {
                    Some(Acknowledged::Receipt(_)) => heard += 1,
                    Some(Acknowledged::Failure(failure)) => {
                        bail!("an entry was not taken: {}", failure.message)
                    }
                    None => bail!("an acknowledgement says nothing"),
                }
            }
        }
        anyhow::ensure!(heard == count, "only {heard} of {count} were answered");
        Ok(count)
    }

    /// Who is on a provider's list: the person, and the which of its lists that is.
    fn on_list(self, provider: usize) -> impl Iterator<Item = (usize, usize)> {
        let all =
            (0..self.persons).flat_map(move |person| (0..self.each).map(move |nth| (person, nth)));
        all.filter(move |(person, nth)| (person + nth * APART) % PROVIDERS == provider)
    }

    fn declaration(
        self,
        (person, nth): (usize, usize),
        epoch: Option<&str>,
        held_on: &str,
    ) -> Declaration {
        // One in three has had an intake.
        let held_on = if person % 3 == 0 { held_on } else { "" };
        Declaration {
            entry_id: format!(
                "{:032x}",
                (person * self.each + nth).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ),
            registration: Some(Registration {
                care_type: "specialised".to_owned(),
                registered_on: self.registered_on.to_owned(),
                profile: Some(profile(person, nth)),
                ..Registration::default()
            }),
            person: epoch.map(|epoch| Person {
                first_stages: vec![FirstStage {
                    epoch: epoch.to_owned(),
                    p1: person.to_be_bytes().repeat(8),
                }],
                without_number: false,
            }),
            intake_held_on: held_on.to_owned(),
            ..Declaration::default()
        }
    }
}

fn profile(person: usize, nth: usize) -> Profile {
    let places = reference::municipalities().len();
    let place = reference::municipalities().nth(person % places);
    let pick = |from: &[&str], at: usize| from.get(at % from.len()).map(ToString::to_string);
    Profile {
        age_band: pick(&BANDS, person).unwrap_or_default(),
        municipality_code: place.map_or_else(String::new, |place| place.code.clone()),
        gp_practice: format!("{:08}", 1_000_000 + person % 5_000),
        diagnosis_group: pick(&GROUPS, person / 7 + nth).unwrap_or_default(),
        preferred: nth == 0,
    }
}

/// Returns a client that says who calls.
pub(crate) fn client(server: &Server, caller: &str) -> anyhow::Result<ListClient> {
    let named: Named = caller.parse()?;
    let line = InterceptedService::new(server.channel(), named);
    Ok(ListClient::new(line).max_decoding_message_size(64 * 1024 * 1024))
}

/// Asks until the server has folded everything and counts; returns up to where.
pub(crate) async fn counted(server: &Server) -> anyhow::Result<String> {
    let mut asking = client(server, COUNTS)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match asking.count_waiting(CountWaitingRequest::default()).await {
            Ok(answer) => return Ok(answer.into_inner().position),
            Err(status) if status.code() == Code::Unavailable && Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Err(status) => return Err(status).context("the server does not count"),
        }
    }
}

/// Counts every person once, as anybody would: what a count cannot be quicker than.
pub(crate) fn deduplicated(lists: Lists) -> HashMap<[u8; 32], u32> {
    let mut persons: HashMap<[u8; 32], u32> = HashMap::new();
    for (person, _) in
        (0..lists.persons).flat_map(|person| (0..lists.each).map(move |nth| (person, nth)))
    {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&person.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        *persons.entry(key).or_default() += 1;
    }
    persons
}

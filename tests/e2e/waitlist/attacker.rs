//! Threat 1 on the real thing: who has stolen everything of two regions but one of the two keys of pseudonyms.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use bsn::{Answer, Batch, Bsn};
use prost::Message;
use proto::log::v1::SealedBody;
use pseudonym::envelope::{self, Audience, Binding};
use pseudonym::vault::{FileVault, KeyVault, Kid};
use pseudonym::{Blinded, Epoch, Evaluator, National, P1, Recoder, Region, Root, Scope};
use serde_json::Value;
use tempfile::{TempDir, tempdir};
use uuid::Uuid;

use super::regions::records;

/// What is tried in the place of a key that was not stolen.
const INVENTED: [[u8; 32]; 3] = [
    [0; 32],
    [0xff; 32],
    *b"a key of the attacker's very own!".first_chunk().unwrap(),
];

/// The files of a region as they lay there when the server was killed, and what its data keys open.
pub(super) struct Loot {
    region: &'static str,
    files: TempDir,
    bodies: Vec<Opened>,
}

/// What of a commit its data key opens.
struct Opened {
    entry: String,
    parts: Vec<Vec<u8>>,
}

impl Loot {
    /// Copies everything, write-ahead logs, snapshots, data keys and what wraps them; but no key of pseudonyms.
    pub(super) fn of(data: &Path, region: &'static str) -> Self {
        let files = tempdir().unwrap();
        copy(data, files.path());
        let stolen = files.path().join("keys");
        for file in fs::read_dir(&stolen).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        let vault = FileVault::open_read_only(files.path()).unwrap();
        let opened = records(files.path(), region);
        let opened = opened
            .iter()
            .map(|record| open(record, region, &vault))
            .collect();
        Self {
            region,
            files,
            bodies: opened,
        }
    }

    /// Puts what was opened of one entry beside the files; returns whose it is.
    pub(super) fn leave_one_open(&self) -> (&'static str, String) {
        let body = &self.bodies[0];
        fs::write(self.files.path().join("left-open"), body.parts.concat()).unwrap();
        (self.region, body.entry.clone())
    }

    /// Every file, as it lies there.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.files.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let copied = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&copied).unwrap();
            copy(&entry.path(), &copied);
        } else {
            fs::copy(entry.path(), copied).unwrap();
        }
    }
}

/// Opens a commit's body as `proto/doorstroom/log/v1/sealed.proto` says.
fn open(record: &Value, region: &str, vault: &FileVault) -> Opened {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = |value: &Value| *text(value).parse::<Uuid>().unwrap().as_bytes();
    let body = text(&record["body"]);
    let body = e2e::decoded(body.as_bytes());
    let body = SealedBody::decode(&*body).unwrap();
    let kid = Kid::from_slice(&body.kid).unwrap();
    let mut place = Binding::to("body/v1")
        .and(format!("{region}.waitlist").as_bytes())
        .and(text(&record["stream"]).as_bytes())
        .and(&record["version"].as_u64().unwrap().to_be_bytes())
        .and(&id(&record["attempt_id"]))
        .and(kid.as_bytes());
    for command in record["commands"].as_array().unwrap() {
        let events = u32::try_from(command["event_count"].as_u64().unwrap()).unwrap();
        place = place
            .and(&id(&command["command_id"]))
            .and(text(&command["outcome"]).as_bytes())
            .and(text(&command["refusal"]).as_bytes())
            .and(&events.to_be_bytes());
    }
    let parts = [
        (Audience::Region, &body.region),
        (Audience::National, &body.national),
    ];
    let parts = parts.map(|(audience, sealed)| {
        let key = vault.open(kid, audience).unwrap();
        envelope::open(&key, &place, sealed).unwrap().to_vec()
    });
    Opened {
        entry: text(&record["stream"]).replace("waitlist-", ""),
        parts: parts.to_vec(),
    }
}

/// The roots of a stage as they lie in a server's folder: what the attacker steals of it, or not.
pub(super) fn roots(data: &Path, stage: &str) -> Vec<[u8; 32]> {
    let files = fs::read_dir(data.join("keys")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let files = files.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(stage) && name.ends_with(".key")
    });
    let roots = files.map(|path| {
        let kept: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let digits = kept["root"].as_str().unwrap();
        let bytes = (0..32).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap());
        bytes.collect::<Vec<u8>>().try_into().unwrap()
    });
    roots.collect()
}

/// What the attacker has besides the loot.
pub(super) struct Attacker<'a> {
    /// All citizen numbers. There are 90 million; those of everybody who waits and some thousands of others tell as well
    /// whether a value leads to a person: a longer list only takes longer.
    pub(super) numbers: &'a [String],
    pub(super) epoch: Epoch,
    /// Which everybody may know.
    pub(super) public_key: [u8; 32],
    /// Empty: not stolen.
    pub(super) first: Vec<[u8; 32]>,
    /// Empty: not stolen.
    pub(super) second: Vec<[u8; 32]>,
}

/// Whom an attacker names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// By region and entry.
    pub(super) entries: BTreeMap<(&'static str, String), String>,
    /// Found anywhere in the files as they lie there.
    pub(super) in_files: HashSet<String>,
}

impl Attacker<'_> {
    /// Everything that anybody on the list might be called.
    pub(super) fn values(&self, loot: &[Loot]) -> Values {
        let others = |keys: &[[u8; 32]]| [&INVENTED[..], &[self.public_key], keys].concat();
        let tried = |own: &[[u8; 32]], other: &[[u8; 32]]| match own {
            [] => others(other),
            own => own.to_vec(),
        };
        let mut values = Values::default();
        let mut p1s: Vec<Vec<[u8; 64]>> = tried(&self.first, &self.second)
            .iter()
            .map(|root| self.first_stage(root))
            .collect();
        if self.first.is_empty() {
            // No first stage at all.
            p1s.push(self.numbers.iter().map(|number| input(number)).collect());
        }
        for p1s in &p1s {
            for (number, p1) in self.numbers.iter().zip(p1s) {
                values.add(&p1[..32], number);
            }
            for root in tried(&self.second, &self.first) {
                self.second_stage(&root, &National, p1s, &mut values);
                for stolen in loot {
                    let region = Region::new(stolen.region).unwrap();
                    self.second_stage(&root, &region, p1s, &mut values);
                }
            }
        }
        values
    }

    fn first_stage(&self, root: &[u8; 32]) -> Vec<[u8; 64]> {
        let evaluator = Evaluator::new(&Root::from_bytes(*root), self.epoch).unwrap();
        let mut p1s = Vec::new();
        for numbers in self.numbers.chunks(1000) {
            let numbers: Vec<Bsn> = numbers
                .iter()
                .map(|number| Bsn::parse(number).unwrap())
                .collect();
            let batch = Batch::blind(&numbers).unwrap();
            let sent: Vec<Vec<u8>> = batch
                .blinded_elements()
                .iter()
                .map(|one| one.to_vec())
                .collect();
            let evaluated = evaluator.evaluate(&Blinded::parse(&sent).unwrap()).unwrap();
            let answer = Answer {
                elements: &evaluated.elements,
                proof: &evaluated.proof,
            };
            let finished = batch.finalise(answer, evaluator.public_key()).unwrap();
            p1s.extend(finished.into_iter().map(|p1| *p1.into_bytes()));
        }
        p1s
    }

    fn second_stage<S: Scope>(
        &self,
        root: &[u8; 32],
        scope: &S,
        p1s: &[[u8; 64]],
        values: &mut Values,
    ) {
        let recoder = Recoder::new(&Root::from_bytes(*root), self.epoch, scope).unwrap();
        for (number, p1) in self.numbers.iter().zip(p1s) {
            let name = recoder.recode(&P1::new(self.epoch, p1).unwrap()).unwrap();
            values.add(name.value(), number);
            let text = name.to_text();
            values.add(text.rsplit('.').next().unwrap().as_bytes(), number);
        }
    }
}

/// What goes into the first stage, as long as what comes out of it.
fn input(number: &str) -> [u8; 64] {
    let mut input = [0; 64];
    input[..7].copy_from_slice(b"NL:bsn:");
    input[7..16].copy_from_slice(number.as_bytes());
    input
}

/// What persons might be called, found by the first eight bytes.
#[derive(Default)]
pub(super) struct Values(HashMap<[u8; 8], Vec<(Vec<u8>, String)>>);

impl Values {
    fn add(&mut self, value: &[u8], number: &str) {
        let begins = *value.first_chunk().unwrap();
        let alike = self.0.entry(begins).or_default();
        alike.push((value.to_vec(), number.to_owned()));
    }

    /// Goes through everything that was stolen.
    pub(super) fn names(&self, loot: &[Loot]) -> Named {
        let mut named = Named::default();
        for stolen in loot {
            for body in &stolen.bodies {
                let parts = body.parts.iter();
                for number in parts.flat_map(|part| self.found_in(part)) {
                    let entry = (stolen.region, body.entry.clone());
                    let before = named.entries.insert(entry, number.clone());
                    assert!(before.is_none_or(|before| before == number));
                }
            }
            for file in stolen.files() {
                let bytes = fs::read(file).unwrap();
                named.in_files.extend(self.found_in(&bytes));
            }
        }
        named
    }

    /// Whose values stand anywhere in these bytes.
    fn found_in(&self, bytes: &[u8]) -> HashSet<String> {
        let places = bytes.windows(8).enumerate();
        let alike = places.filter_map(|(place, begins)| {
            let alike = self.0.get(begins)?.iter();
            Some(alike.filter(move |(value, _)| bytes[place..].starts_with(value)))
        });
        alike.flatten().map(|(_, number)| number.clone()).collect()
    }
}

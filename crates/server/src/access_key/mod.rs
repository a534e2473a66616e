//! The key that a node signs its blocks of the access log with, and what says to others whose signatures are good.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail, ensure};
use chassis::access_log::{self, Signer, SigningKey};
use eventlog::{EventLog, Position};
use pseudonym::vault::key_file;
use uuid::Uuid;

use crate::config::Settings;

/// Opens the key, made by the first start, which also says from where on blocks are signed.
///
/// # Errors
/// If the key, or the file that says whose signatures are good, is missing, damaged or not of the other one. Neither is made
/// anew: whoever took it away could sign with another key, or begin the signed part later, and nobody would ask.
pub(crate) async fn open(settings: &Settings, log: &EventLog) -> anyhow::Result<SigningKey> {
    let files = Files::of(settings);
    fs::create_dir_all(&files.folder)
        .with_context(|| format!("cannot make the folder {}", files.folder.display()))?;
    if key_file::read(&files.key)?.is_none() {
        make(&files, settings, log).await?;
    }
    key_file::refuse_if_open(&files.key)?;
    let key = key_file::read(&files.key)?.ok_or_else(|| files.lost_key())?;
    let key = SigningKey::from_bytes(&key);
    let named = read(&files.public)?.ok_or_else(|| files.lost_public(&key))?;
    ensure!(
        names(&named, &key),
        "{} is another key than {} names: put back from its backup whichever of the two was replaced",
        files.key.display(),
        files.public.display()
    );
    Ok(key)
}

/// Returns whose signatures are good, as the node's folder of keys says.
///
/// # Errors
/// If the folder does not say, or cannot be read.
pub(crate) fn signers(settings: &Settings) -> anyhow::Result<Vec<Signer>> {
    let files = Files::of(settings);
    let named = read(&files.public)?.ok_or_else(|| {
        anyhow!(
            "{}, which says whose signatures are good, is missing: put it back from its backup, or name what was kept \
             elsewhere with --signer",
            files.public.display()
        )
    })?;
    let former = read(&files.former)?.unwrap_or_default();
    Ok(named.into_iter().chain(former).collect())
}

/// What lies in a folder of keys.
struct Files {
    folder: PathBuf,
    key: PathBuf,
    /// A key that nobody has signed with: whoever stops between the public file and the key finds it again.
    staged: PathBuf,
    public: PathBuf,
    /// Lines of keys that were lost for good; an operator moved them here.
    former: PathBuf,
}

impl Files {
    fn of(settings: &Settings) -> Self {
        let folder = settings.person_keys();
        Self {
            folder: folder.to_owned(),
            key: folder.join("access-log.key"),
            staged: folder.join("access-log.key-new"),
            public: folder.join("access-log.pub"),
            former: folder.join("access-log.former"),
        }
    }

    fn lost_key(&self) -> anyhow::Error {
        anyhow!(
            "the key that signs the access log, {}, is missing: put it back from its backup. If it is lost for good, move the \
             line of {} to {}",
            self.key.display(),
            self.public.display(),
            self.former.display()
        )
    }

    fn lost_public(&self, key: &SigningKey) -> anyhow::Error {
        anyhow!(
            "{}, which says from where on the access log is signed and by whom, is missing: put it back from its backup, or \
             write into it the line that was kept elsewhere. If there is none, write {}: blocks from before blocks were \
             signed are named as faults then",
            self.public.display(),
            Signer::of(key, Position::new(1))
        )
    }
}

/// Makes the key and its public half. The key gets its name last: a key without the other file is always one that lost it.
async fn make(files: &Files, settings: &Settings, log: &EventLog) -> anyhow::Result<()> {
    let topic = log.topic(&access_log::topic_name(&settings.region))?;
    if let Some(named) = read(&files.public)? {
        let staged = key_file::read(&files.staged)?.map(|key| SigningKey::from_bytes(&key));
        // Another node that shares the folder may have ended just now.
        let is_halfway = staged.is_some_and(|key| names(&named, &key)) || files.key.exists();
        ensure!(is_halfway, files.lost_key());
    } else {
        // On Kafka nodes with folders of their own sign, too: there it says nothing about this folder.
        if settings.kafka.is_none() && read(&files.former)?.is_none() {
            let found = access_log::verify(&topic, None, &[]).await?;
            if found.foreign > 0 {
                bail!(
                    "{} and {} are missing, and the access log is signed: put both back from their backup. If they are lost for \
                     good, write the line that was kept elsewhere into {}",
                    files.key.display(),
                    files.public.display(),
                    files.former.display()
                );
            }
        }
        let made = key_file::make(&files.staged)?;
        let key = SigningKey::from_bytes(&made);
        let since = Position::new(topic.end().get() + 1);
        publish(&files.public, Signer::of(&key, since))
            .with_context(|| format!("cannot write {}", files.public.display()))?;
    }
    place(files).with_context(|| format!("cannot write {}", files.key.display()))
}

/// Gives the key its name, unless another node that shares the folder was first.
fn place(files: &Files) -> io::Result<()> {
    use io::ErrorKind::{AlreadyExists, NotFound};
    let unless = |done: io::Result<()>| match done {
        Err(error) if !matches!(error.kind(), AlreadyExists | NotFound) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    };
    unless(fs::hard_link(&files.staged, &files.key))?;
    fs::File::open(&files.folder)?.sync_all()?;
    unless(fs::remove_file(&files.staged))
}

/// Returns the signers in a file, one a line; none if there is no file.
fn read(path: &Path) -> anyhow::Result<Option<Vec<Signer>>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    ensure!(!text.is_empty(), "{} is empty", path.display());
    let signers = text.lines().map(str::parse).collect::<Result<_, _>>();
    signers
        .map(Some)
        .with_context(|| format!("{} is damaged", path.display()))
}

fn names(signers: &[Signer], key: &SigningKey) -> bool {
    let mut signers = signers.iter();
    signers.any(|signer| *signer == Signer::of(key, signer.since))
}

/// Writes the file, unless another node that shares the folder was first.
fn publish(path: &Path, signer: Signer) -> io::Result<()> {
    let beside = path.with_extension(format!("new-{}", Uuid::now_v7()));
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)?;
    writeln!(file, "{signer}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => path
            .parent()
            .map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all()),
    }
}

#[cfg(test)]
mod tests;

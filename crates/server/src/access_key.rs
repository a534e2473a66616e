//! The key that a node signs its blocks of the access log with, and what says to others whose signatures are good.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use chassis::access_log::{Signer, SigningKey, topic_name};
use eventlog::{EventLog, Position};
use pseudonym::vault::key_file;
use uuid::Uuid;

use crate::config::Settings;

/// Opens the key, made by the first start, which also says from where on blocks are signed. Blocks.
///
/// One that vanished is not made anew: whoever took it away could sign with another one, and nobody would ask.
pub(crate) fn open(settings: &Settings, log: &EventLog) -> anyhow::Result<SigningKey> {
    let folder = settings.person_keys();
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let (path, public) = (folder.join("access-log.key"), public_path(folder));
    let key = match key_file::read(&path)? {
        Some(key) => key,
        None => {
            ensure!(
                !public.exists(),
                "the key that signs the access log, {}, is missing: put it back from its backup. If it is lost for good, keep \
                 what {} says elsewhere (access verify --signer), and move that file away",
                path.display(),
                public.display()
            );
            key_file::make(&path)?
        }
    };
    let key = SigningKey::from_bytes(&key);
    if !public.exists() {
        let end = log.topic(&topic_name(&settings.region))?.end();
        publish(&public, Signer::of(&key, Position::new(end.get() + 1)))
            .with_context(|| format!("cannot write {}", public.display()))?;
    }
    Ok(key)
}

/// Returns whose signatures are good, as the node's folder of keys says; none: no node has signed from here.
pub(crate) fn signers(settings: &Settings) -> anyhow::Result<Vec<Signer>> {
    let path = public_path(settings.person_keys());
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let signers = text.lines().map(str::parse).collect::<Result<_, _>>();
    signers.with_context(|| format!("{} is damaged", path.display()))
}

fn public_path(folder: &Path) -> PathBuf {
    folder.join("access-log.pub")
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
mod tests {
    use super::*;
    use crate::storage;

    fn settings(data: &Path) -> Settings {
        Settings {
            data: data.to_owned(),
            ..Settings::default()
        }
    }

    #[test]
    fn the_key_is_made_once_and_its_public_half_says_since_when() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        assert_eq!(signers(&settings).unwrap(), []);
        let log = storage::open(&settings).unwrap();
        let key = open(&settings, &log).unwrap();
        assert_eq!(open(&settings, &log).unwrap().to_bytes(), key.to_bytes());
        let known = signers(&settings).unwrap();
        assert_eq!(known, [Signer::of(&key, Position::new(1))]);
    }

    #[test]
    fn threat_22_a_key_that_vanished_is_not_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let log = storage::open(&settings).unwrap();
        open(&settings, &log).unwrap();
        fs::remove_file(folder.path().join("access-log.key")).unwrap();
        let refused = open(&settings, &log).unwrap_err().to_string();
        assert!(refused.contains("access-log.key, is missing"), "{refused}");
        assert!(!folder.path().join("access-log.key").exists());
        fs::write(public_path(folder.path()), "1:00\n").unwrap();
        let refused = signers(&settings).unwrap_err().to_string();
        assert!(refused.ends_with("access-log.pub is damaged"), "{refused}");
    }
}

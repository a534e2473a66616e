//! Files that only their owner may read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{RingError, Stage};
use crate::{Epoch, Root};

/// Where one epoch's key lies.
pub(super) struct KeyFile<'a> {
    pub(super) folder: &'a Path,
    pub(super) stage: Stage,
    pub(super) epoch: Epoch,
}

/// What lies there.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Kept {
    stage: String,
    epoch: String,
    root: String,
}

impl KeyFile<'_> {
    fn path(&self) -> PathBuf {
        let (stage, epoch) = (self.stage.name(), self.epoch);
        self.folder.join(format!("{stage}-{epoch}.key"))
    }

    /// Writes a root, and returns its fingerprint.
    pub(super) fn write(&self, root: &Root) -> Result<String, RingError> {
        let kept = Kept {
            stage: self.stage.name().to_owned(),
            epoch: self.epoch.to_string(),
            root: HEXLOWER.encode(root.expose()),
        };
        let path = self.path();
        let text = serde_json::to_string_pretty(&kept).map(Zeroizing::new);
        let text = text.map_err(|error| RingError::Damaged(path.clone(), error.to_string()))?;
        write(&path, text.as_bytes())?;
        Ok(self.fingerprint(root))
    }

    /// Reads the root with this fingerprint.
    pub(super) fn read(&self, fingerprint: &str) -> Result<Root, RingError> {
        let path = self.path();
        if !path.exists() {
            return Err(RingError::Missing(path));
        }
        let text = read(&path)?;
        let damaged = |reason: &str| RingError::Damaged(path.clone(), reason.to_owned());
        // What the parser would say may quote the key.
        let kept: Kept =
            serde_json::from_str(&text).map_err(|_| damaged("it is not a key file"))?;
        if (kept.stage.as_str(), kept.epoch.clone()) != (self.stage.name(), self.epoch.to_string())
        {
            let holds = format!("the {} key of epoch {}", kept.stage, kept.epoch);
            return Err(RingError::Wrong(path, holds));
        }
        let mut bytes = Zeroizing::new([0; 32]);
        let decoded = HEXLOWER.decode(kept.root.as_bytes()).map(Zeroizing::new);
        match decoded {
            Ok(decoded) if decoded.len() == bytes.len() => bytes.copy_from_slice(&decoded),
            Ok(_) | Err(_) => return Err(damaged("the key has not 64 hexadecimal digits")),
        }
        let root = Root::from_bytes(*bytes);
        if self.fingerprint(&root) != fingerprint {
            let holds = format!(
                "another key than the one that was made for epoch {}",
                self.epoch
            );
            return Err(RingError::Wrong(path, holds));
        }
        Ok(root)
    }

    /// Tells two keys apart; nothing of the key follows from it.
    fn fingerprint(&self, root: &Root) -> String {
        let info = format!(
            "fingerprint|stage={}|epoch={}",
            self.stage.name(),
            self.epoch
        );
        let mut bytes = [0; 8];
        // Fails for outputs of more than 8 kilobytes only.
        let _ = Hkdf::<Sha256>::new(None, root.expose()).expand(info.as_bytes(), &mut bytes);
        HEXLOWER.encode(&bytes)
    }
}

/// Overwrites and removes a key. Nothing happens if it is gone.
pub(super) fn destroy(folder: &Path, stage: Stage, epoch: Epoch) -> Result<(), RingError> {
    let path = KeyFile {
        folder,
        stage,
        epoch,
    }
    .path();
    let overwritten = OpenOptions::new()
        .write(true)
        .open(&path)
        .and_then(|mut file| {
            let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
            file.write_all(&vec![0; length])?;
            file.sync_all()
        });
    match overwritten {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(()) => {}
        Err(error) => return Err(RingError::Io(path, error)),
    }
    fs::remove_file(&path)
        .and_then(|()| sync(folder))
        .map_err(|error| RingError::Io(path, error))
}

/// Makes a folder that only its owner may look into.
pub(super) fn make_folder(folder: &Path) -> Result<(), RingError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| RingError::Io(folder.to_owned(), error))
}

/// Reads a file that only its owner may read.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, RingError> {
    let failed = |error| RingError::Io(path.to_owned(), error);
    let mut file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(RingError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    let mut text = Zeroizing::new(String::new());
    match file.read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(RingError::Damaged(
            path.to_owned(),
            "it is not text".to_owned(),
        )),
        Err(error) => Err(failed(error)),
    }
}

/// Writes a file whole or not at all, durably, for its owner alone.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), RingError> {
    let new = path.with_extension("new");
    let written = || {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        path.parent().map_or(Ok(()), sync)
    };
    written().map_err(|error| RingError::Io(path.to_owned(), error))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

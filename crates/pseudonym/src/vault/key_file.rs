//! Thirty-two secret bytes in a file of their own, readable for its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rand_core::{OsRng, RngCore as _};
use zeroize::Zeroizing;

use super::VaultError;

const KEY_BYTES: usize = 32;

/// Returns the key in the file; none if there is no file.
///
/// # Errors
/// If it cannot be read, or is no key.
pub fn read(path: &Path) -> Result<Option<Zeroizing<[u8; KEY_BYTES]>>, VaultError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(storage(path, &error)),
    };
    let key = bytes[..].try_into().map(Zeroizing::new);
    key.map(Some).map_err(|_| {
        VaultError::Damaged(format!("{} is not {KEY_BYTES} bytes long", path.display()))
    })
}

/// Makes a key and writes it, durably, before anybody can use it.
///
/// # Errors
/// If it cannot be written.
pub fn make(path: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, VaultError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    OsRng.fill_bytes(&mut key[..]);
    let beside = path.with_extension("new");
    let write = || {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&key[..])?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder(path)
    };
    write().map_err(|error| storage(path, &error))?;
    Ok(key)
}

/// Overwrites a key and removes its file. One that is gone stays gone.
///
/// # Errors
/// If it cannot be overwritten.
pub fn destroy(path: &Path) -> Result<(), VaultError> {
    let destroy = || {
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.write_all(&[0; KEY_BYTES])?;
        file.sync_all()?;
        fs::remove_file(path)?;
        sync_folder(path)
    };
    match destroy() {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(storage(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

pub(super) fn storage(path: &Path, error: &io::Error) -> VaultError {
    match error.kind() {
        io::ErrorKind::StorageFull => VaultError::Full,
        _ => VaultError::Storage(format!("{}: {error}", path.display())),
    }
}

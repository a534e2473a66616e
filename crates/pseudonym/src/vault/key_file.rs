//! Thirty-two secret bytes in a file of their own, readable for its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
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

/// Refuses a key that others than its owner may read.
///
/// # Errors
/// If they may, or the file cannot be looked at.
pub fn refuse_if_open(path: &Path) -> Result<(), VaultError> {
    let about = fs::metadata(path).map_err(|error| storage(path, &error))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(VaultError::Damaged(format!(
            "{} may be read by others (mode {mode:o}): chmod 600 it, and think about who has read it",
            path.display()
        )));
    }
    Ok(())
}

/// Makes a key and writes it, durably, before anybody can use it. Of two that make it at once, one makes it, and both
/// have that one.
///
/// # Errors
/// If it cannot be written.
pub fn make(path: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, VaultError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    OsRng.fill_bytes(&mut key[..]);
    let beside = path.with_extension(format!("new-{:016x}", OsRng.next_u64()));
    let write = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&key[..])?;
        file.sync_all()?;
        // Not a renaming: that would put ours in the place of another node's, which it may have used.
        let linked = fs::hard_link(&beside, path);
        fs::remove_file(&beside)?;
        linked?;
        sync_folder(path)
    };
    match write() {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let vanished = || VaultError::Storage(format!("{} came and went", path.display()));
            let theirs = read(path)?.ok_or_else(vanished)?;
            // What it wraps is lost with it: it stays there whatever became of who made it.
            sync_folder(path).map_err(|error| storage(path, &error))?;
            Ok(theirs)
        }
        Err(error) => Err(storage(path, &error)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_that_make_a_key_at_once_both_have_the_same() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.key");
        let made: Vec<_> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..8).map(|_| scope.spawn(|| make(&path))).collect();
            makers.into_iter().map(|maker| maker.join()).collect()
        });
        let first = read(&path).expect("it can be read").expect("it is there");
        for key in made {
            let key = key.expect("it ends").expect("it is made");
            assert_eq!(*key, *first);
        }
        let left = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 1, "nothing is left beside it");
    }
}

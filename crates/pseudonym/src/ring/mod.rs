//! The keys of one stage in a folder: one file for each epoch, which only its owner may read, and a list of them.
//!
//! For trying out, and for a machine of the evaluator's own. In earnest the roots lie in hardware.

mod file;
mod list;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::{Custodians, Epoch, Root};
use file::KeyFile;
use list::{Destroyed, Listed, Made};

/// Whose keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The first stage: evaluates what is blinded.
    Evaluator,
    /// The second one: recodes at the gateway.
    Recoder,
}

impl Stage {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Evaluator, Self::Recoder];

    /// Returns the word that files and commands use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Evaluator => "evaluator",
            Self::Recoder => "recoder",
        }
    }

    /// Accepts that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == text)
    }
}

/// One stage's keys, read and found whole: the oldest epoch first.
#[derive(Debug)]
pub struct Ring {
    folder: PathBuf,
    stage: Stage,
    list: Listed,
    roots: Vec<(Epoch, Root)>,
}

/// How one epoch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its key is there.
    InUse {
        /// Which epoch.
        epoch: Epoch,
        /// The day that it was made, such as `2026-11-25`.
        since: String,
        /// Tells two keys apart and says nothing of either.
        fingerprint: String,
    },
    /// Its key is gone, and every pseudonym under it names nobody any more.
    Destroyed {
        /// Which epoch.
        epoch: Epoch,
        /// On which day.
        on: String,
        /// By whom, unless it was done before two were asked for.
        by: Vec<String>,
        /// What was known then of those whom only this key could name; empty: nothing was said.
        note: String,
    },
}

/// Why there are no keys to work with.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// There never were any.
    #[error("there are no {stage} keys in {folder}: make them with doorstroomd keys init", stage = .0.name(), folder = .1.display())]
    None(Stage, PathBuf),
    /// There are some already.
    #[error("there are {stage} keys in {folder} already: doorstroomd keys rotate makes those of the next epoch", stage = .0.name(), folder = .1.display())]
    Exists(Stage, PathBuf),
    /// One that should be there is not.
    #[error("the key {} is missing: put it back from its backup, or roll over in an emergency with doorstroomd keys rotate --emergency", .0.display())]
    Missing(PathBuf),
    /// A file that is not what was written.
    #[error("{path} is damaged: {1}", path = .0.display())]
    Damaged(PathBuf, String),
    /// A key of another epoch, or of another stage.
    #[error("{path} holds {1}", path = .0.display())]
    Wrong(PathBuf, String),
    /// A file that others may read.
    #[error("{} may be read by others (mode {mode:o}): chmod 600 it, and think about who has read it", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// What it says now.
        mode: u32,
    },
    /// Two epochs stand side by side already.
    #[error("epochs {0} and {1} stand side by side already: destroy {0} first")]
    Full(Epoch, Epoch),
    /// No letter follows.
    #[error("no epoch follows {0} this year")]
    NoEpoch(Epoch),
    /// No key of this epoch is here.
    #[error("there is no key of epoch {0} here")]
    Unknown(Epoch),
    /// The newest key may not go.
    #[error("{0} is the newest epoch: make the next one first, with doorstroomd keys rotate")]
    Newest(Epoch),
    /// The file system said no.
    #[error("{path}: {1}", path = .0.display())]
    Io(PathBuf, std::io::Error),
}

impl Ring {
    /// Makes the first epoch's key.
    pub fn init(
        folder: &Path,
        stage: Stage,
        (epoch, today): (Epoch, &str),
    ) -> Result<Self, RingError> {
        if list::exists(folder, stage) {
            return Err(RingError::Exists(stage, folder.to_owned()));
        }
        file::make_folder(folder)?;
        let mut ring = Self {
            folder: folder.to_owned(),
            stage,
            list: Listed::new(stage),
            roots: Vec::new(),
        };
        ring.add(epoch, today, Vec::new())?;
        Ok(ring)
    }

    /// Reads the keys, and finishes a destruction that was cut short.
    pub fn open(folder: &Path, stage: Stage) -> Result<Self, RingError> {
        let list = Listed::read(folder, stage)?;
        for gone in &list.destroyed {
            file::destroy(folder, stage, list::epoch(folder, stage, &gone.epoch)?)?;
        }
        let mut roots = Vec::new();
        for made in &list.epochs {
            let epoch = list::epoch(folder, stage, &made.epoch)?;
            let root = KeyFile {
                folder,
                stage,
                epoch,
            }
            .read(&made.fingerprint)?;
            roots.push((epoch, root));
        }
        Ok(Self {
            folder: folder.to_owned(),
            stage,
            list,
            roots,
        })
    }

    /// Says whether keys were ever made here.
    pub fn exists(folder: &Path, stage: Stage) -> bool {
        list::exists(folder, stage)
    }

    /// Returns the newest epoch that was made, also where its key is lost.
    pub fn newest(folder: &Path, stage: Stage) -> Result<Epoch, RingError> {
        let list = Listed::read(folder, stage)?;
        let newest = list.epochs.last();
        let newest = newest.ok_or_else(|| RingError::None(stage, folder.to_owned()))?;
        list::epoch(folder, stage, &newest.epoch)
    }

    /// Makes the key of the next epoch in `year`, to stand beside the one in use.
    pub fn rotate(
        &mut self,
        (year, today): (u16, &str),
        by: &Custodians,
    ) -> Result<Epoch, RingError> {
        let newest = match self.roots.as_slice() {
            [(older, _), (newer, _)] => return Err(RingError::Full(*older, *newer)),
            [.., (newest, _)] => *newest,
            [] => return Err(RingError::None(self.stage, self.folder.clone())),
        };
        let next = newest.after(year).ok_or(RingError::NoEpoch(newest))?;
        self.add(next, today, by.names().to_vec())?;
        Ok(next)
    }

    /// Makes the next epoch's key and gives up all that went before: what to do when a key is lost or known to others.
    pub fn leave_behind(
        folder: &Path,
        stage: Stage,
        (year, today): (u16, &str),
        by: &Custodians,
    ) -> Result<Epoch, RingError> {
        let mut ring = Self {
            folder: folder.to_owned(),
            stage,
            list: Listed::read(folder, stage)?,
            roots: Vec::new(),
        };
        let mut before = Vec::new();
        for made in &ring.list.epochs {
            before.push(list::epoch(folder, stage, &made.epoch)?);
        }
        let newest = Self::newest(folder, stage)?;
        let next = newest.after(year).ok_or(RingError::NoEpoch(newest))?;
        // The new one first: at no moment is there none. What is listed changes at once: cut short, it is begun anew or done.
        ring.make(next, today, by.names().to_vec())?;
        ring.list
            .epochs
            .retain(|made| made.epoch == next.to_string());
        ring.list
            .destroyed
            .extend(before.iter().map(|epoch| Destroyed {
                epoch: epoch.to_string(),
                on: today.to_owned(),
                by: by.names().to_vec(),
                note: String::new(),
            }));
        ring.list.write(folder, stage)?;
        for epoch in before {
            file::destroy(folder, stage, epoch)?;
        }
        Ok(next)
    }

    /// Destroys an epoch's key. What was named under it names nobody from then on. The note is kept with who did it.
    pub fn destroy(
        &mut self,
        epoch: Epoch,
        (today, note): (&str, &str),
        by: &Custodians,
    ) -> Result<(), RingError> {
        let Some(at) = self.roots.iter().position(|(known, _)| *known == epoch) else {
            return Err(RingError::Unknown(epoch));
        };
        if at + 1 == self.roots.len() {
            return Err(RingError::Newest(epoch));
        }
        // The list first: a start finishes what this leaves undone.
        self.list
            .epochs
            .retain(|made| made.epoch != epoch.to_string());
        self.list.destroyed.push(Destroyed {
            epoch: epoch.to_string(),
            on: today.to_owned(),
            by: by.names().to_vec(),
            note: note.to_owned(),
        });
        self.list.write(&self.folder, self.stage)?;
        self.roots.remove(at);
        file::destroy(&self.folder, self.stage, epoch)
    }

    /// Returns the epochs in use with their roots, the oldest first.
    pub fn roots(&self) -> impl Iterator<Item = (Epoch, &Root)> {
        self.roots.iter().map(|(epoch, root)| (*epoch, root))
    }

    /// Returns how every epoch stands that there ever was, the oldest first.
    pub fn standing(&self) -> Vec<Standing> {
        let gone = self.list.destroyed.iter().filter_map(|gone| {
            Some(Standing::Destroyed {
                epoch: Epoch::parse(&gone.epoch)?,
                on: gone.on.clone(),
                by: gone.by.clone(),
                note: gone.note.clone(),
            })
        });
        let here = self.list.epochs.iter().filter_map(|made| {
            Some(Standing::InUse {
                epoch: Epoch::parse(&made.epoch)?,
                since: made.on.clone(),
                fingerprint: made.fingerprint.clone(),
            })
        });
        gone.chain(here).collect()
    }

    fn add(&mut self, epoch: Epoch, today: &str, by: Vec<String>) -> Result<(), RingError> {
        self.make(epoch, today, by)?;
        self.list.write(&self.folder, self.stage)
    }

    /// The file first: a key is durable before anything names it.
    fn make(&mut self, epoch: Epoch, today: &str, by: Vec<String>) -> Result<(), RingError> {
        let root = Root::random();
        let (folder, stage) = (self.folder.as_path(), self.stage);
        let fingerprint = KeyFile {
            folder,
            stage,
            epoch,
        }
        .write(&root)?;
        self.list.epochs.push(Made {
            epoch: epoch.to_string(),
            on: today.to_owned(),
            fingerprint,
            by,
        });
        self.roots.push((epoch, root));
        Ok(())
    }
}

//! Which epochs there are, and which there were.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{RingError, Stage, file};
use crate::Epoch;

/// What the list holds; nothing of it is secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    stage: String,
    /// The oldest first.
    pub(super) epochs: Vec<Made>,
    /// In the order in which they went.
    pub(super) destroyed: Vec<Destroyed>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    pub(super) epoch: String,
    pub(super) on: String,
    pub(super) fingerprint: String,
    /// Who made it; nobody in particular for the first one.
    pub(super) by: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Destroyed {
    pub(super) epoch: String,
    pub(super) on: String,
    pub(super) by: Vec<String>,
    /// What was known of those whom only this key could name; empty: nothing was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) note: String,
}

impl Listed {
    pub(super) fn new(stage: Stage) -> Self {
        Self {
            stage: stage.name().to_owned(),
            epochs: Vec::new(),
            destroyed: Vec::new(),
        }
    }

    pub(super) fn read(folder: &Path, stage: Stage) -> Result<Self, RingError> {
        let path = path(folder, stage);
        if !path.exists() {
            return Err(RingError::None(stage, folder.to_owned()));
        }
        let text = file::read(&path)?;
        let list: Self = serde_json::from_str(&text)
            .map_err(|error| RingError::Damaged(path.clone(), error.to_string()))?;
        if list.stage != stage.name() {
            let holds = format!("the list of the {} keys", list.stage);
            return Err(RingError::Wrong(path, holds));
        }
        if list.epochs.is_empty() {
            return Err(RingError::Damaged(path, "it names no epoch".to_owned()));
        }
        Ok(list)
    }

    pub(super) fn write(&self, folder: &Path, stage: Stage) -> Result<(), RingError> {
        let path = path(folder, stage);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| RingError::Damaged(path.clone(), error.to_string()))?;
        file::write(&path, text.as_bytes())
    }
}

/// Reads an epoch that the list names.
pub(super) fn epoch(folder: &Path, stage: Stage, text: &str) -> Result<Epoch, RingError> {
    Epoch::parse(text).ok_or_else(|| {
        let reason = format!("{text:?} is not an epoch");
        RingError::Damaged(path(folder, stage), reason)
    })
}

pub(super) fn exists(folder: &Path, stage: Stage) -> bool {
    path(folder, stage).exists()
}

fn path(folder: &Path, stage: Stage) -> PathBuf {
    folder.join(format!("{}.json", stage.name()))
}

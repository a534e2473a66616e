use std::ffi::OsString;
use std::path::Path;

/// Everything that says something about the settings, unread.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Flags by name, without the dashes, with their values.
    pub flags: Vec<(String, Vec<String>)>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// The configuration file, when there is one.
    pub file: Option<File>,
}

/// A configuration file, read but not yet understood.
#[derive(Clone, Debug)]
pub struct File {
    /// As it was named.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl File {
    /// Reads a file; the error is a sentence.
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self { path: shown, text }),
            Err(error) => Err(format!(
                "cannot read the configuration file {shown}: {error}"
            )),
        }
    }
}

impl Sources {
    /// Keeps the environment variables that concern the server; one that is empty says nothing.
    pub fn with_environment(
        mut self,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Self {
        self.environment = variables
            .filter_map(|(name, value)| {
                let name = name.into_string().ok()?;
                // What is not text cannot be a value: it is kept so that it is refused by name.
                let value = value.to_string_lossy().into_owned();
                (name.starts_with("DOORSTROOM_") && !value.is_empty()).then_some((name, value))
            })
            .collect();
        self.environment.sort();
        self
    }
}

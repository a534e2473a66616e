use std::fmt;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// A key of the configuration file.
    File {
        /// The file, as it was named.
        path: String,
        /// The key.
        key: String,
    },
    /// An environment variable, by name.
    Environment(String),
    /// A flag, with its dashes.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File { path, key } => write!(f, "{path}: {key}"),
            Self::Environment(name) | Self::Flag(name) => write!(f, "{name}"),
        }
    }
}

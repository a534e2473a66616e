use std::net::SocketAddr;
use std::time::Duration;

/// A value as somebody wrote it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'a> {
    /// On the command line: as often as the flag was given.
    Flag(&'a [String]),
    /// In the environment.
    Variable(&'a str),
    /// In the file.
    Key(&'a toml::Value),
}

impl Given<'_> {
    pub(crate) fn text(self) -> Result<String, String> {
        match self {
            Given::Flag(values) => Ok(values.last().cloned().unwrap_or_default()),
            Given::Variable(value) => Ok(value.to_owned()),
            Given::Key(toml::Value::String(text)) => Ok(text.clone()),
            Given::Key(other) => Err(format!("must be text, in quotes, not {}", kind(other))),
        }
    }

    /// Accepts any text but the empty one.
    pub(crate) fn word(self) -> Result<String, String> {
        let text = self.text()?;
        if text.trim().is_empty() {
            return Err("must not be empty".to_owned());
        }
        Ok(text)
    }

    pub(crate) fn switch(self) -> Result<bool, String> {
        match self {
            Given::Flag(_) => Ok(true),
            Given::Variable("true" | "1" | "yes") => Ok(true),
            Given::Variable("false" | "0" | "no") => Ok(false),
            Given::Variable(other) => Err(format!("must be true or false, not {other:?}")),
            Given::Key(toml::Value::Boolean(value)) => Ok(*value),
            Given::Key(other) => Err(format!("must be true or false, not {}", kind(other))),
        }
    }

    /// Accepts a whole number within the bounds.
    pub(crate) fn number(self, least: u32, most: u32) -> Result<u32, String> {
        let wrong =
            |shown: &str| format!("must be a whole number from {least} to {most}, not {shown}");
        let number = match self {
            Given::Key(toml::Value::Integer(number)) => *number,
            Given::Key(other) => return Err(wrong(kind(other))),
            Given::Flag(_) | Given::Variable(_) => {
                let text = self.text()?;
                text.trim()
                    .parse()
                    .map_err(|_| wrong(&format!("{text:?}")))?
            }
        };
        u32::try_from(number)
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| wrong(&number.to_string()))
    }

    pub(crate) fn seconds(self, most: u32) -> Result<Duration, String> {
        self.number(1, most)
            .map(|seconds| Duration::from_secs(seconds.into()))
            .map_err(|reason| format!("{reason} (seconds)"))
    }

    pub(crate) fn address(self) -> Result<SocketAddr, String> {
        let text = self.text()?;
        let numeric = text.trim().replacen("localhost:", "127.0.0.1:", 1);
        numeric.parse().map_err(|_| {
            format!("{text:?} is not an address and port such as 127.0.0.1:50051 or [::1]:50051")
        })
    }

    /// Accepts an `http` or `https` URL.
    pub(crate) fn url(self) -> Result<String, String> {
        let text = self.word()?;
        let scheme = text.parse::<http::Uri>().ok().and_then(|uri| {
            uri.host()?;
            uri.scheme_str().map(str::to_owned)
        });
        match scheme.as_deref() {
            Some("http" | "https") => Ok(text),
            _ => Err(format!(
                "{text:?} is not a URL such as http://127.0.0.1:4317"
            )),
        }
    }

    /// Accepts words with commas between them, and in the file also an array.
    pub(crate) fn list(self) -> Result<Vec<String>, String> {
        if let Given::Key(toml::Value::Array(items)) = self {
            return items.iter().map(|item| Given::Key(item).word()).collect();
        }
        let text = self.word()?;
        Ok(text.split(',').map(|word| word.trim().to_owned()).collect())
    }

    /// Accepts `KEY=VALUE`: repeated as a flag, with semicolons between in the environment, as a table in the file.
    pub(crate) fn pairs(self) -> Result<Vec<(String, String)>, String> {
        match self {
            Given::Flag(values) => values.iter().map(|text| pair(text)).collect(),
            Given::Variable(text) => text
                .split(';')
                .filter(|text| !text.trim().is_empty())
                .map(pair)
                .collect(),
            Given::Key(toml::Value::Table(table)) => {
                table.iter().map(|(key, value)| plain(key, value)).collect()
            }
            Given::Key(other) => Err(format!(
                "must be a table of names and values, not {}",
                kind(other)
            )),
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    // The text may hold a secret: it is not repeated in the message.
    let Some((key, value)) = text.split_once('=') else {
        return Err("must be KEY=VALUE".to_owned());
    };
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

fn plain(key: &str, value: &toml::Value) -> Result<(String, String), String> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(switch) => switch.to_string(),
        other => {
            return Err(format!(
                "{key:?} must be text, a whole number or true or false, not {}",
                kind(other)
            ));
        }
    };
    Ok((key.to_owned(), text))
}

fn kind(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "text",
        toml::Value::Integer(_) => "a number",
        toml::Value::Float(_) => "a number with a fraction",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "an array",
        toml::Value::Table(_) => "a table",
    }
}

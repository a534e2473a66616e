//! Where in a request a value stands.

use std::fmt;

/// A field path such as `pauses[2].scope.insurers[0]`: borrowed, so that it costs nothing while all is well.
#[derive(Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: &'static str,
    index: Option<usize>,
}

impl<'a> Path<'a> {
    /// A field of the request itself.
    pub const fn root(name: &'static str) -> Self {
        Path {
            parent: None,
            name,
            index: None,
        }
    }

    /// A field of what stands here.
    pub const fn field(&'a self, name: &'static str) -> Self {
        Path {
            parent: Some(self),
            name,
            index: None,
        }
    }

    /// One item of the repeated field that stands here.
    pub const fn item(self, index: usize) -> Self {
        Path {
            index: Some(index),
            ..self
        }
    }
}

impl From<Path<'_>> for String {
    fn from(path: Path<'_>) -> Self {
        path.to_string()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(out, "{parent}.")?;
        }
        out.write_str(self.name)?;
        match self.index {
            Some(index) => write!(out, "[{index}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_every_step() {
        let pause = Path::root("pauses").item(2);
        let scope = pause.field("scope");
        assert_eq!(
            scope.field("insurers").item(0).to_string(),
            "pauses[2].scope.insurers[0]"
        );
    }
}

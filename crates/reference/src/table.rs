use serde::de::DeserializeOwned;

/// Returns the rows of a table that is compiled in. A row that cannot be read is left out; tests count the rows.
pub(crate) fn rows<T: DeserializeOwned>(text: &'static str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .filter_map(Result::ok)
        .collect()
}

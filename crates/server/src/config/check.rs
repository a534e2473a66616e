use super::{Effective, SETTINGS};

/// Returns the settings in force as lines: name, value, where it came from. Secrets are hidden.
pub fn describe(effective: &Effective) -> String {
    let rows: Vec<(String, String)> = SETTINGS
        .iter()
        .map(|setting| (setting.key(), (setting.show)(&effective.settings)))
        .collect();
    let widest =
        |column: fn(&(String, String)) -> usize| rows.iter().map(column).max().unwrap_or(0);
    let (names, values) = (widest(|row| row.0.len()), widest(|row| row.1.len()));

    let mut text = String::new();
    for (setting, (name, value)) in SETTINGS.iter().zip(&rows) {
        let origin = effective.origin(setting.name);
        text.push_str(&format!("{name:names$}  {value:values$}  {origin}\n"));
    }
    text
}

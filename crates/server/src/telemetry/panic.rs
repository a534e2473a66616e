use std::panic::{self, PanicHookInfo};

/// Lets a panic say where it happened, and nothing else: what it would print may hold data.
pub(super) fn report_location_only() {
    panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        tracing::error!(code.place = place, "a task panicked at {place}");
    }));
}

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Cancels `shutdown` at the first SIGINT or SIGTERM; a second one ends the process at once.
pub(crate) fn cancel_on_interrupt(shutdown: &CancellationToken) -> anyhow::Result<()> {
    const INTERRUPTED: i32 = 130;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        next().await;
        tracing::info!("stopping: what runs is finished first; a second signal stops at once");
        shutdown.cancel();
        next().await;
        std::process::exit(INTERRUPTED);
    });
    Ok(())
}

//! What only a file has: damage, a cut, somebody else's content, another hand on its lock, no room.

mod damage;
mod stall;

use std::path::Path;

use crate::world::{Node, World};

/// Copies the file with what is still in its write-ahead log, as a kill would leave it.
fn copy_as_after_a_kill(from: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        let path = |path: &Path| format!("{}{suffix}", path.display());
        if Path::new(&path(from)).exists() {
            std::fs::copy(path(from), path(to)).expect("it can be copied");
        }
    }
}

/// A log of some size, closed.
async fn closed_log(world: &World) {
    let node: Node = world.open().await;
    let streams = (0..400).map(|number| format!("stream-{number}"));
    let commits = streams
        .map(|stream| crate::world::commit(&stream, 1))
        .collect();
    let results = node.append_all(commits).await;
    assert!(results.iter().all(Result::is_ok));
    node.close();
}

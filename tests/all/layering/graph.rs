//! The workspace as cargo sees it.

use std::collections::{BTreeSet, HashMap};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use super::house::Crate;

/// What `cargo metadata` says about the workspace and everything it depends on, on every
/// platform.
pub(super) fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).exec().unwrap()
}

/// Every crate of the workspace with its normal and build dependencies.
pub(super) fn house() -> Vec<Crate> {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let crates = packages.iter().map(|package| {
        let arrows = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.as_str());
        Crate::new(&package.name, &arrows.collect::<Vec<_>>())
    });
    crates.collect()
}

/// The crates of the workspace that ask for this feature of another of ours, in a dependency or in a feature of their
/// own; development dependencies left out.
pub(super) fn asking_for(feature: &str) -> Vec<String> {
    let metadata = metadata();
    let passed_on = format!("/{feature}");
    let asks = |package: &&Package| {
        let mut dependencies = package.dependencies.iter().filter(|dependency| {
            dependency.kind != DependencyKind::Development && dependency.name.starts_with("heqi")
        });
        dependencies.any(|dependency| dependency.features.iter().any(|one| one == feature))
            || package.features.values().flatten().any(|one| one.ends_with(&passed_on))
    };
    let asking = metadata.workspace_packages().into_iter().filter(asks);
    asking.map(|package| package.name.to_string()).collect()
}

/// The names of every crate that is linked into `root`: its normal dependencies, theirs,
/// and so on, `root` left out. Features are those the whole workspace asks for, so the
/// answer can be too long but never too short.
pub(super) fn normal_closure(metadata: &Metadata, root: &str) -> Vec<String> {
    let resolve = metadata.resolve.as_ref().expect("metadata was asked for with dependencies");
    let nodes: HashMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let names: HashMap<_, _> =
        metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
    let start = metadata.packages.iter().find(|package| package.name == root);
    let start = &start.unwrap_or_else(|| panic!("{root} is not in the workspace")).id;

    let mut seen = BTreeSet::from([start]);
    let mut waiting = vec![start];
    while let Some(id) = waiting.pop() {
        for dependency in &nodes[id].deps {
            let normal =
                dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if normal && seen.insert(&dependency.pkg) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    seen.remove(start);
    seen.into_iter().map(|id| names[id].to_owned()).collect()
}

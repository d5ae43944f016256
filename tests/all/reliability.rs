//! A short, fixed sample of every kind of fault; `cargo xtask test --full` runs the rest.
//! Where the machine lacks something the test says SKIPPED and why.

use std::sync::LazyLock;

use heqi_tests::reliability::Program;
use heqi_tests::reliability::kinds::Kind;
use heqi_tests::reliability::power_cut::on_a_lying_disk;
use heqi_tests::reliability::rounds::{Bench, run};
use heqi_tests::reliability::whole;

static BENCH: LazyLock<Bench> =
    LazyLock::new(|| Bench { program: Program::at(env!("CARGO_BIN_EXE_reliability")) });

fn survives(kind: Kind, seeds: &[u64]) {
    if let Some(why) = kind.missing() {
        println!("SKIPPED {kind}: {why}");
        return;
    }
    let rounds = run(&BENCH, kind, seeds).unwrap();
    assert!(rounds.iter().all(|round| round.survived), "{rounds:#?}");
    assert_eq!(rounds.len(), seeds.len());
    assert!(rounds.iter().any(|round| round.faults > 0), "nothing was injected: {rounds:#?}");
}

#[test]
fn a_power_cut_loses_nothing_acknowledged() {
    survives(Kind::PowerCut, &[0, 1, 2, 3, 4]);
}

#[test]
fn a_disk_that_lies_about_flushes_is_found_out_by_the_same_check() {
    if let Some(why) = Kind::PowerCut.missing() {
        println!("SKIPPED a lying disk: {why}");
        return;
    }
    // Where the power goes is a matter of luck, and a round takes a third of a second.
    let lost = (0..60).find_map(|seed| on_a_lying_disk(&BENCH.program, seed).unwrap());
    assert!(lost.is_some(), "the check finds nothing in 60 rounds");
}

#[test]
fn a_killed_store_loses_nothing_acknowledged_and_opens_once_only() {
    survives(Kind::KillStore, &[0, 1, 2, 3, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_platform_notary_or_worker_loses_nothing_acknowledged() {
    let round = whole::one_after_the_other(&BENCH, &[0, 1, 2, 3, 4]).await.unwrap();
    assert!(round.faults >= 13 && round.acknowledged >= 100, "{round:?}");
}

#[test]
fn a_system_call_that_fails_loses_nothing_acknowledged() {
    let stride: Vec<u64> = (0..12).map(|step| 3 + step * 23).collect();
    survives(Kind::Syscalls, &stride);
}

#[test]
fn a_full_disk_is_named_and_loses_nothing_acknowledged() {
    survives(Kind::DiskFull, &[0, 1, 2]);
}

#[test]
fn a_lost_or_damaged_index_is_made_again_by_itself() {
    survives(Kind::Index, &[0, 1, 2, 3]);
}

#[test]
fn a_part_of_another_store_or_an_empty_one_is_refused_by_name_and_left_alone() {
    survives(Kind::WrongVolume, &[0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_power_cut_under_the_platform_loses_nothing_that_anybody_was_told() {
    survives(Kind::PowerCutPlatform, &[0, 1]);
}

#[test]
fn a_platform_on_a_full_disk_says_so_and_goes_on_when_there_is_room() {
    survives(Kind::DiskFullPlatform, &[0, 1]);
}

#[test]
fn a_custodian_on_a_full_disk_turns_deposits_away_and_holds_everything_when_there_is_room() {
    survives(Kind::DiskFullNotary, &[0, 1]);
}

#[test]
fn a_flipped_bit_of_a_store_is_harmless_or_named() {
    survives(Kind::BitFlip, &(0..24).collect::<Vec<_>>());
}

#[test]
fn a_flipped_bit_of_a_key_a_ledger_or_a_backup_is_harmless_or_named() {
    survives(Kind::BitFlipTown, &[0, 3, 6, 9, 12, 15]);
}

#[test]
fn a_flipped_bit_of_a_settings_file_is_named_or_harms_nothing() {
    survives(Kind::BitFlipSettings, &[0, 1, 2, 3, 4, 5]);
}

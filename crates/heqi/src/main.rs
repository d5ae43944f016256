//! The `heqi` program: reads the command line, runs one job, says how it ended.

/// Requests allocate on one thread and are freed on another, hundreds of times each; the
/// allocator of the C library spends a fifth of all processor time on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    heqi::run()
}

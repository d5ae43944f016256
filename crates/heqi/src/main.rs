//! The `heqi` program: reads the command line, runs one job, says how it ended.

fn main() -> std::process::ExitCode {
    heqi::run()
}

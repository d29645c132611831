//! The program.

/// Ten thousand connections come and go on a few threads: jemalloc keeps their small pieces
/// together and gives the memory back when they leave, where glibc keeps an arena a thread.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    rollcall::cli::main()
}

//! The task sizes that Fargate supports.

/// The sizes: CPU units, and the memory in MiB from, to, and in steps of. See
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>.
const FARGATE: [(i64, i64, i64, i64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16_384, 1024),
    (4096, 8192, 30_720, 1024),
    (8192, 16_384, 61_440, 4096),
    (16_384, 32_768, 122_880, 8192),
];

/// The amounts of memory that Fargate supports for a CPU size; none for a size that it does not
/// support.
pub(super) fn fargate_memory(cpu: i64) -> Option<Vec<i64>> {
    let (_, from, to, step) = FARGATE.into_iter().find(|(size, ..)| *size == cpu)?;
    let step = usize::try_from(step).ok()?;
    // 256 units can be combined with 512, 1024 and 2048, but not with 1536.
    Some((from..=to).step_by(step).filter(|memory| cpu != 256 || *memory != 1536).collect())
}

/// The CPU sizes that Fargate supports.
pub(super) fn fargate_cpus() -> String {
    FARGATE.map(|(cpu, ..)| cpu.to_string()).join(", ")
}

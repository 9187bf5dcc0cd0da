package dev.belay.error;

/** What kind of failure it is; {@code cli.ExitCodes} gives each its exit code. */
public enum Category {
    /** The command line or the configuration is wrong; nothing was changed. */
    USAGE,
    /** A run was refused before it changed anything. */
    REFUSED,
    /** The backup failed; nothing was changed and nothing half-made is left. */
    BACKUP_FAILED,
    /** The restore point is missing, incomplete or damaged; nothing was changed. */
    POINT_UNUSABLE,
    /** Another run holds the project's lock. */
    LOCKED,
    /** An earlier run was cut off. */
    UNFINISHED,
    /** The Docker engine cannot be reached. */
    ENGINE_UNREACHABLE,
    /** The engine answered with an error in the middle of the work. */
    ENGINE_FAILED,
    /** The deployment command failed. */
    APPLY_FAILED,
    /** The rollback failed; an operator is needed. */
    ROLLBACK_FAILED,
    /** A signal ended the run. */
    INTERRUPTED
}

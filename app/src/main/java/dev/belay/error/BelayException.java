package dev.belay.error;

import org.jspecify.annotations.Nullable;

/** A failure that a person has to read: what was tried, why it failed and what to try next. */
public final class BelayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Category category;
    private final String what;
    private final String why;
    private final String tryThis;

    /**
     * @param what what could not be done, without a full stop
     * @param why the reason, without a full stop
     * @param tryThis the next thing to do, as an imperative sentence without a full stop
     */
    public BelayException(Category category, String what, String why, String tryThis) {
        this(category, what, why, tryThis, null);
    }

    public BelayException(Category category, String what, String why, String tryThis, @Nullable Throwable cause) {
        super(what + ": " + why, cause);
        this.category = category;
        this.what = what;
        this.why = why;
        this.tryThis = tryThis;
    }

    public Category category() {
        return category;
    }

    public String what() {
        return what;
    }

    public String why() {
        return why;
    }

    public String tryThis() {
        return tryThis;
    }
}

package dev.belay;

/** Wires the program together, runs the command and turns an error into its exit code. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {}
}

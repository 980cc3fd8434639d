package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server as a process of the system, which can be started again. */
final class ServerProcess {

	private static final Duration BOUND = Duration.ofSeconds(20);

	private final List<String> commandLine;

	private final Path log;

	private @Nullable Process process;

	private boolean paused;

	ServerProcess(List<String> commandLine, Path directory) {
		this.commandLine = commandLine;
		this.log = directory.resolve("server.log");
	}

	synchronized void start() {
		if (isRunning()) {
			throw new IllegalStateException("The server is running already, as process " + pid());
		}
		try {
			this.process = Leftovers.start(new ProcessBuilder(this.commandLine).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile())));
			this.paused = false;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot start " + String.join(" ", this.commandLine), ex);
		}
	}

	synchronized boolean isRunning() {
		return this.process != null && this.process.isAlive();
	}

	synchronized boolean isPaused() {
		return this.paused && isRunning();
	}

	synchronized long pid() {
		return running().pid();
	}

	/** Ends it by SIGKILL, which a paused process does not survive either. */
	synchronized void kill() {
		if (this.process != null) {
			this.process.destroyForcibly();
			awaitEnd(this.process);
		}
	}

	/** Ends it by SIGTERM, upon which Redis shuts down in good order. */
	synchronized void stop() {
		if (isPaused()) {
			resume();
		}
		if (this.process != null) {
			this.process.destroy();
			awaitEnd(this.process);
		}
	}

	private void awaitEnd(Process process) {
		try {
			if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
				throw new IllegalStateException("Process " + process.pid() + " did not end within " + BOUND.toSeconds()
						+ " s; its log:\n" + log());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while process " + process.pid() + " was ending", ex);
		}
	}

	synchronized void pause() {
		signal("STOP");
		this.paused = true;
		Polling.until(BOUND, "process " + pid() + " is stopped", () -> isStopped(pid()));
	}

	synchronized void resume() {
		signal("CONT");
		this.paused = false;
	}

	private void signal(String name) {
		Shell.run("kill -" + name + " " + running().pid());
	}

	private static boolean isStopped(long pid) {
		Path status = Path.of("/proc", Long.toString(pid), "stat");
		try {
			String state = Files.exists(status) ? Files.readString(status).replaceFirst(".*\\) ", "")
					: Shell.run("ps -o state= -p " + pid);
			return state.startsWith("T");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Process running() {
		if (this.process == null || !this.process.isAlive()) {
			throw new IllegalStateException("The server is not running; its log:\n" + log());
		}
		return this.process;
	}

	/** Returns its output, the last part of a long one. */
	String log() {
		try {
			String text = Files.exists(this.log) ? Files.readString(this.log) : "";
			return text.substring(Math.max(0, text.length() - 8000));
		}
		catch (IOException ex) {
			return "(" + this.log + " cannot be read: " + ex.getMessage() + ")";
		}
	}

}

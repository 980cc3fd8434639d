package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Commands of the system. The shell has a kill of its own; small machines have no other.
 */
final class Shell {

	private Shell() {
	}

	/** Runs a command that takes no time, and returns what it prints. */
	static String run(String command) {
		try {
			Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
			int status = process.waitFor();
			if (status != 0) {
				throw new IllegalStateException("'" + command + "' failed with status " + status + ": " + output);
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot run '" + command + "'", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while '" + command + "' was running", ex);
		}
	}

}

package io.github.ratelimit.store.redis.server;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server that runs on this machine.
 *
 * @param path the file
 * @param version the version that it reports
 */
record RedisExecutable(Path path, RedisVersion version) {

	/** Names the redis-server to use: a path, or {@value #ARTIFACT}. */
	static final String PROPERTY = "ratelimit.test.redis-server";

	/** Stands for the redis-server of the embedded-redis artifact. */
	static final String ARTIFACT = "artifact";

	private static @Nullable RedisExecutable found;

	/**
	 * Returns the redis-server that the system property names, otherwise the one on the
	 * PATH, otherwise the artifact's.
	 * @throws IllegalStateException if none of them runs
	 */
	static synchronized RedisExecutable find() {
		if (found == null) {
			found = find(System.getProperty(PROPERTY), System.getenv("PATH"));
		}
		return found;
	}

	static RedisExecutable find(@Nullable String named, @Nullable String searchPath) {
		List<String> failures = new ArrayList<>();
		RedisExecutable first = null;
		if (named == null) {
			first = first(onPath(searchPath), failures);
		}
		else if (!named.equals(ARTIFACT)) {
			first = first(List.of(Path.of(named)), failures);
		}
		if (first == null && (named == null || named.equals(ARTIFACT))) {
			first = first(ArtifactBinaries.forThisMachine(), failures);
		}
		if (first == null) {
			throw new IllegalStateException("These tests need a redis-server, 6.2 or later, and none runs here. "
					+ "Install one (Debian: apt-get install redis-server), or name one with -D" + PROPERTY
					+ "=/path/to/redis-server. Tried:\n- " + String.join("\n- ", failures));
		}
		return first;
	}

	private static List<Path> onPath(@Nullable String searchPath) {
		List<Path> candidates = new ArrayList<>();
		for (String directory : (searchPath != null) ? searchPath.split(File.pathSeparator) : new String[0]) {
			Path candidate = Path.of(directory, "redis-server");
			if (!directory.isEmpty() && Files.isExecutable(candidate)) {
				candidates.add(candidate);
			}
		}
		return candidates;
	}

	private static @Nullable RedisExecutable first(List<Path> candidates, List<String> failures) {
		for (Path candidate : candidates) {
			try {
				return probe(candidate);
			}
			catch (IOException | IllegalArgumentException ex) {
				failures.add(candidate + ": " + ex.getMessage());
			}
		}
		return null;
	}

	private static RedisExecutable probe(Path path) throws IOException {
		Process process = new ProcessBuilder(path.toString(), "--version").redirectErrorStream(true).start();
		try {
			process.getOutputStream().close();
			if (!process.waitFor(10, TimeUnit.SECONDS)) {
				throw new IOException("no answer to --version within 10 s");
			}
			RedisVersion version = RedisVersion
				.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
			if (!version.atLeast(6, 2)) {
				throw new IOException("is " + version + ", older than 6.2");
			}
			return new RedisExecutable(path, version);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted while it was asked for its version", ex);
		}
		finally {
			process.destroyForcibly();
		}
	}

	@Override
	public String toString() {
		return "redis-server " + this.version + " (" + this.path + ")";
	}

}

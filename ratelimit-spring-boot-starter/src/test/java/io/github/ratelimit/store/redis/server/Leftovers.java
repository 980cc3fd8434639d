package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Processes and files that must not outlive this JVM. */
final class Leftovers {

	private static final Set<Process> processes = new HashSet<>();

	private static @Nullable Path root;

	private static boolean ending;

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::end, "redis-servers-end"));
	}

	private Leftovers() {
	}

	/** Starts a process that is killed when this JVM ends. */
	static synchronized Process start(ProcessBuilder builder) throws IOException {
		if (ending) {
			throw new IOException("This JVM is ending, it starts no more processes");
		}
		processes.removeIf((process) -> !process.isAlive());
		Process process = builder.start();
		processes.add(process);
		return process;
	}

	/** Makes a directory that is deleted when this JVM ends. */
	static synchronized Path directory(String name) throws IOException {
		if (root == null) {
			root = Files.createTempDirectory("ratelimit-redis-");
		}
		return Files.createTempDirectory(root, name + "-");
	}

	static void delete(Path directory) {
		try (Stream<Path> paths = Files.walk(directory)) {
			for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
				Files.deleteIfExists(path);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot delete " + directory, ex);
		}
	}

	/** SIGKILL ends a paused process, too. */
	private static synchronized void end() {
		ending = true;
		processes.forEach(Process::destroyForcibly);
		for (Process process : processes) {
			process.onExit().join();
		}
		if (root != null) {
			delete(root);
		}
	}

}

package io.github.ratelimit.benchmarks.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One server in a process of its own, which ends with {@link #close()}. */
final class ServerProcess implements AutoCloseable {

	private final Process process;

	private final int port;

	private ServerProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	static ServerProcess start(Variant variant) throws IOException {
		List<String> command = new ArrayList<>(onCore());
		command
			.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms512m", "-Xmx512m",
					"-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), HelloServer.class.getName(),
					"--server.port=0", "--spring.main.banner-mode=off", "--server.address=127.0.0.1"));
		command.addAll(variant.arguments());
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		StringBuilder log = new StringBuilder();
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			if (line.startsWith("port ")) {
				return new ServerProcess(process, Integer.parseInt(line.substring(5)));
			}
			log.append(line).append(System.lineSeparator());
		}
		throw new IOException(variant + " did not start: " + log);
	}

	/** Servers share one core, the load has the others: their caches are their own. */
	private static List<String> onCore() {
		Path taskset = Path.of("/usr/bin/taskset");
		return Files.isExecutable(taskset) ? List.of(taskset.toString(), "-c", "0") : List.of();
	}

	int port() {
		return this.port;
	}

	/** Returns the processor time that the server's threads have used so far. */
	long cpuNanos() throws IOException {
		Path threads = Path.of("/proc", Long.toString(this.process.pid()), "task");
		if (!Files.exists(threads)) {
			return this.process.info().totalCpuDuration().orElseThrow().toNanos();
		}
		long nanos = 0;
		try (Stream<Path> all = Files.list(threads)) {
			for (Path thread : all.toList()) {
				nanos += nanosOf(thread);
			}
		}
		return nanos;
	}

	private static long nanosOf(Path thread) throws IOException {
		try {
			String figures = Files.readString(thread.resolve("schedstat"));
			return Long.parseLong(figures.substring(0, figures.indexOf(' ')));
		}
		catch (NoSuchFileException ex) {
			return 0;
		}
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}

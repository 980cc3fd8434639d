package io.github.ratelimit.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The sample in a process of its own. It ends when it is closed, with this process at the
 * latest: its standard input is closed then.
 */
final class SampleProcess implements AutoCloseable {

	private static final String PORT = "The sample listens on port ";

	private final Process process;

	private final CompletableFuture<Integer> port = new CompletableFuture<>();

	private SampleProcess(Process process) {
		this.process = process;
	}

	/** Starts the sample, and returns before it is ready. */
	static SampleProcess start(String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
						SampleProcess.class.getName()));
		command.addAll(List.of(arguments));
		SampleProcess started = new SampleProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
		Thread reader = new Thread(started::readOutput, "output of the sample");
		reader.setDaemon(true);
		reader.start();
		return started;
	}

	public static void main(String[] arguments) throws IOException {
		try (ConfigurableApplicationContext sample = SpringApplication.run(SampleApplication.class, arguments)) {
			System.out.println(PORT + sample.getEnvironment().getRequiredProperty("local.server.port"));
			while (System.in.read() >= 0) {
				// until the process that has started this one closes it, or has ended
			}
		}
	}

	private void readOutput() {
		StringBuilder output = new StringBuilder();
		try (BufferedReader lines = this.process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				output.append(line).append('\n');
				if (line.startsWith(PORT)) {
					this.port.complete(Integer.valueOf(line.substring(PORT.length())));
				}
			}
			this.port.completeExceptionally(new IllegalStateException("The sample has ended:\n" + output));
		}
		catch (IOException ex) {
			this.port.completeExceptionally(new UncheckedIOException(ex));
		}
	}

	/** Returns the port on which it listens, as soon as it does. */
	int port() throws Exception {
		return this.port.get(60, TimeUnit.SECONDS);
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}

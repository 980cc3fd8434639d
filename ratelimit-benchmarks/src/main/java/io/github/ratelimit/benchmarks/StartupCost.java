package io.github.ratelimit.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How long the sample takes to start, from the start of its process until it is ready,
 * alternating with the starter on its class path and without.
 */
public final class StartupCost {

	private static final String READY = "Started SampleApplication";

	private StartupCost() {
	}

	/**
	 * Measures and prints.
	 * @param args the sample's executable jar, and how many pairs, 11 by default
	 * @throws Exception if the sample does not start
	 */
	public static void main(String[] args) throws Exception {
		Path sample = extract(Path.of(args[0]));
		int pairs = (args.length > 1) ? Integer.parseInt(args[1]) : 11;
		Machine.print();
		List<Path> with = jars(sample);
		List<Path> without = with.stream().filter((jar) -> !isOfStarter(jar.getFileName().toString())).toList();
		start(with);
		start(without);
		List<Double> millisWith = new ArrayList<>();
		List<Double> millisWithout = new ArrayList<>();
		for (int pair = 0; pair < pairs; pair++) {
			if (pair % 2 == 0) {
				millisWith.add(start(with));
				millisWithout.add(start(without));
			}
			else {
				millisWithout.add(start(without));
				millisWith.add(start(with));
			}
		}
		System.out.printf("with the starter %s ms, without %s ms, ratio %s, %d pairs%n", Spread.of(millisWith),
				Spread.of(millisWithout), Spread.ofRatios(millisWith, millisWithout), pairs);
	}

	private static boolean isOfStarter(String jar) {
		return jar.startsWith("ratelimit-spring-boot-starter") || jar.startsWith("bucket4j");
	}

	private static Path extract(Path jar) throws IOException, InterruptedException {
		Path target = Files.createTempDirectory("sample").resolve("sample");
		Process process = new ProcessBuilder(java(), "-Djarmode=tools", "-jar", jar.toString(), "extract",
				"--destination", target.toString())
			.inheritIO()
			.start();
		if (process.waitFor() != 0) {
			throw new IOException(jar + " could not be extracted");
		}
		return target;
	}

	private static List<Path> jars(Path sample) throws IOException {
		try (Stream<Path> files = Files.walk(sample)) {
			return files.filter((file) -> file.toString().endsWith(".jar")).sorted().toList();
		}
	}

	private static double start(List<Path> classPath) throws IOException {
		String path = classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
		long began = System.nanoTime();
		Process process = new ProcessBuilder(java(), "-cp", path, "io.github.ratelimit.sample.SampleApplication",
				"--server.port=0", "--server.address=127.0.0.1")
			.redirectErrorStream(true)
			.start();
		StringBuilder log = new StringBuilder();
		try (BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.contains(READY)) {
					return (System.nanoTime() - began) / 1_000_000.0;
				}
				log.append(line).append(System.lineSeparator());
			}
			throw new IOException("The sample did not start: " + log);
		}
		finally {
			process.destroyForcibly();
			process.onExit().join();
		}
	}

	private static String java() {
		return Path.of(System.getProperty("java.home"), "bin", "java").toString();
	}

}

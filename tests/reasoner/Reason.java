import java.io.File;
import java.util.TreeSet;
import org.semanticweb.HermiT.Configuration;
import org.semanticweb.HermiT.Reasoner;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.*;

/** For each file one line: its path, then "consistent" with the unsatisfiable classes, or "inconsistent". */
public class Reason {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      OWLOntology ontology =
          OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(file));
      Configuration configuration = new Configuration();
      configuration.ignoreUnsupportedDatatypes = true;
      configuration.throwInconsistentOntologyException = false;
      Reasoner reasoner = new Reasoner(configuration, ontology);
      StringBuilder line = new StringBuilder(file).append('\t');
      if (reasoner.isConsistent()) {
        line.append("consistent");
        TreeSet<String> names = new TreeSet<>();
        for (OWLClass name : reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom()) {
          names.add(name.getIRI().toString());
        }
        for (String name : names) line.append('\t').append(name);
      } else {
        line.append("inconsistent");
      }
      System.out.println(line);
      reasoner.dispose();
    }
  }
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// provisionerName is what a StorageClass names in its provisioner field.
const provisionerName = "pullmode.io/local-volume"

// localVolumes provisions one folder per claim on the only node there is. The volumes are of type `local` and not `hostPath`,
// because the kubelet applies a pod's fsGroup to local volumes alone, and pods under restricted Pod Security do not run as root.
type localVolumes struct {
	folder string // holds one folder per volume, named after it; as the kubelet sees it
}

// Provision makes the folder. The claim's size is recorded and not enforced.
func (l localVolumes) Provision(_ context.Context, o controller.ProvisionOptions) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	path := filepath.Join(l.folder, o.PVName)
	if err := os.MkdirAll(path, 0o770); err != nil {
		return nil, controller.ProvisioningFinished, fmt.Errorf("make the volume's folder: %w", err)
	}
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes:                   o.PVC.Spec.AccessModes,
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: o.PVC.Spec.Resources.Requests[corev1.ResourceStorage]},
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			PersistentVolumeSource:        corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: path}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{{
					Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{o.SelectedNodeName},
				}},
			}}}},
		},
	}, controller.ProvisioningFinished, nil
}

// Delete removes the folder of a volume that its claim has released.
func (l localVolumes) Delete(_ context.Context, pv *corev1.PersistentVolume) error {
	return os.RemoveAll(filepath.Join(l.folder, pv.Name))
}

func newProvisionerCommand() *cobra.Command {
	var kubeconfig, folder string
	cmd := &cobra.Command{
		Use:          "volume-provisioner",
		Short:        "Provision volumes of StorageClasses with provisioner " + provisionerName + " as folders of the only node",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return fmt.Errorf("read --kubeconfig: %w", err)
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return fmt.Errorf("make a client of --kubeconfig: %w", err)
			}
			controller.NewProvisionController(cmd.Context(), client, provisionerName, localVolumes{folder: folder},
				controller.LeaderElection(false)).Run(cmd.Context())
			return nil
		},
	}
	cmd.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	cmd.Flags().StringVar(&folder, "folder", "", "where the volumes' folders are made")
	for _, name := range []string{"kubeconfig", "folder"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // a flag misspelled three lines above
		}
	}
	return cmd
}
